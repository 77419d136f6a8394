import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { MAX_RESTORES } from "../limits";

/** Of a session as the model tells it, what a client of a call may not change: it can send the model any event. */
const guarded = z.looseObject({
  instructions: z.unknown().optional(),
  output_modalities: z.unknown().optional(),
  prompt: z.unknown().optional(),
  max_output_tokens: z.unknown().optional(),
  tools: z.array(z.looseObject({ type: z.string(), name: z.string().optional() })).catch([]),
  audio: z
    .looseObject({ input: z.looseObject({ transcription: z.unknown().optional() }).optional() })
    .optional()
    .catch(undefined),
});
type Guarded = z.output<typeof guarded>;

/**
 * Whether a call is still configured as the server has configured it, by what the model tells of it: its instructions, the
 * length of its answers, its record, and the server's tools. Tools of the client's own, and how turns are found, are the
 * client's. Pure.
 */
export class ConfigurationGuard {
  /** Of a session that is told in a shape that is not known nothing can be guarded. */
  #own: Guarded | "unreadable" | undefined;
  #restores = 0;

  /**
   * @param asked what the server asks for
   * @param serverTools names of the server's tools
   */
  constructor(
    private readonly asked: { instructions: string; max_output_tokens: number },
    private readonly serverTools: ReadonlySet<string>,
  ) {}

  /** How the model tells of the server's configuration, at a moment at which no client can have changed it. */
  learn(session: unknown): void {
    const told = guarded.safeParse(session);
    this.#own = told.success ? told.data : "unreadable";
  }

  /**
   * @param session of a `session.updated`
   * @returns `restore`: it is to be configured again; `giveUp`: that was done too often
   */
  check(session: unknown): "kept" | "restore" | "giveUp" {
    // In a call that another has configured, this one's own configuration has to be seen first.
    if (!this.#own && this.#isAsked(session)) this.learn(session);
    if (this.#own === "unreadable") return "kept";
    if (this.#own && this.#isKept(session, this.#own)) return "kept";
    this.#restores += 1;
    return this.#restores > MAX_RESTORES ? "giveUp" : "restore";
  }

  #isAsked(session: unknown): boolean {
    const { data } = guarded.safeParse(session);
    if (!data?.audio?.input?.transcription) return false;
    const { instructions, max_output_tokens } = this.asked;
    return (
      plain(data.instructions) === plain(instructions) && isAtMost(data.max_output_tokens, max_output_tokens)
    );
  }

  #isKept(session: unknown, own: Guarded): boolean {
    const told = guarded.safeParse(session);
    if (!told.success) return false;
    const { data } = told;
    const names = new Set(data.tools.map(({ name }) => name));
    return (
      data.instructions === own.instructions &&
      isDeepStrictEqual(data.output_modalities, own.output_modalities) &&
      isDeepStrictEqual(data.prompt, own.prompt) &&
      isDeepStrictEqual(data.audio?.input?.transcription, own.audio?.input?.transcription) &&
      isAtMost(data.max_output_tokens, own.max_output_tokens) &&
      data.tools.every(({ type }) => type === "function") &&
      [...this.serverTools].every((name) => names.has(name))
    );
  }
}

/** The tools that a session has, as the model tells it; none where that is told in a shape that is not known. */
export function toldTools(session: unknown): Guarded["tools"] {
  return guarded.safeParse(session).data?.tools ?? [];
}

function isAtMost(tokens: unknown, own: unknown): boolean {
  return tokens === own || (typeof tokens === "number" && typeof own === "number" && tokens <= own);
}

/** A text whose blanks do not count. */
function plain(text: unknown): string {
  return String(text).replace(/\s+/g, " ").trim();
}
