import { z } from "zod";

const turnSchema = z.strictObject({
  heard: z.string().optional(),
  reply: z.string().optional(),
  call: z
    .strictObject({
      name: z.string().min(1),
      arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
    })
    .optional(),
  transcriptionFails: z.boolean().optional(),
  responseFails: z.strictObject({ code: z.string(), message: z.string() }).optional(),
});

/** What a script may say; the body of `POST /control/openai/script`. */
export const scriptSchema = z.strictObject({
  greeting: z.string().optional(),
  turns: z.array(turnSchema).max(1_000).default([]),
});

/**
 * One user turn: what it is taken to say (`heard`), what is answered (`reply`), or the tool that is called first.
 * `{{output}}` in a reply stands for what the tool gave back.
 */
export type ScriptTurn = z.infer<typeof turnSchema>;

/** The conversation the simulator plays: `greeting` answers a response that no user turn came before. */
export type Script = z.input<typeof scriptSchema>;

/** One session's own copy of a script, from its start. */
export class ScriptPlayer {
  private played = 0;

  constructor(private readonly script: Script | undefined) {}

  get greeting(): string | undefined {
    return this.script?.greeting;
  }

  /** The turn that the next utterance or typed message plays; undefined past the end. */
  nextTurn(): ScriptTurn | undefined {
    const turn = this.script?.turns?.[this.played];
    this.played += 1;
    return turn;
  }
}
