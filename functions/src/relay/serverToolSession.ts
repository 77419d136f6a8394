import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import type { Ctx } from "../core/ctx";
import type { ServerEvent } from "./serverEvents";
import { ServerToolRules } from "./serverToolRules";
import { ServerToolTurns, type ToolCommand } from "./serverToolTurns";
import { ServerToolVeil } from "./serverToolVeil";
import type { CalledTool } from "./toolCalls";
import { type ServerTool, ToolRunner } from "./toolRunner";

/** What the server's tools lead to. */
export interface ToolSessionEffects {
  /** An event for the model. */
  toModel(event: string): void;
  /** Something in this session's own code threw. */
  defect(error: unknown): void;
}

/** The server's tools in a session whose client speaks with the model itself. */
export class ServerToolSession {
  /** As the model is told of them. */
  readonly definitions: readonly ServerTool["definition"][];
  /** What they mean for what the client sends. */
  readonly rules: ServerToolRules;
  readonly #runner: ToolRunner;
  readonly #turns: ServerToolTurns;
  readonly #veil: ServerToolVeil;

  constructor(
    ctx: Ctx,
    tools: readonly ServerTool[],
    private readonly effects: ToolSessionEffects,
  ) {
    this.definitions = tools.map(({ definition }) => definition);
    this.#runner = new ToolRunner(ctx, tools);
    const { names } = this.#runner;
    this.#turns = new ServerToolTurns(names);
    this.#veil = new ServerToolVeil(names);
    this.rules = new ServerToolRules(this.definitions, (callId) => this.#veil.hides(callId));
  }

  /** The model has said something. */
  heard(event: ServerEvent): void {
    this.#do(this.#turns.handle(event, Date.now()));
  }

  tick(now: number): void {
    this.#do(this.#turns.tick(now));
  }

  /** The connection to the model was lost. */
  lost(): void {
    this.#turns.lost();
  }

  /** There is another one, to the same conversation. */
  rejoined(): void {
    this.#do(this.#turns.rejoined(Date.now()));
  }

  /** @returns what the client sees of an event of the model's; undefined for nothing */
  forClient(frame: Buffer | string): Buffer | string | undefined {
    return this.#veil.forClient(frame);
  }

  /** Waits at most `withinMs` for what still runs, and until the model is sent what came of it. */
  async settle(withinMs: number): Promise<void> {
    await this.#runner.settle(withinMs);
    await turnOfTheLoop();
  }

  #do(commands: ToolCommand[]): void {
    for (const command of commands) {
      if (command.type === "runTool") void this.#run(command.call);
      else this.effects.toModel(JSON.stringify(command.event));
    }
  }

  async #run(call: CalledTool): Promise<void> {
    try {
      const output = await this.#runner.run(call);
      this.#do(this.#turns.output(call.callId, output, Date.now()));
    } catch (error) {
      this.effects.defect(error);
    }
  }
}
