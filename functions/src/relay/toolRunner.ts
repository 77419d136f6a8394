import { setTimeout as delay } from "node:timers/promises";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { MAX_TOOL_RUNS, TOOL_TIMEOUT_MS } from "./limits";
import type { CalledTool } from "./toolCalls";

const LATE = "This takes too long. Whether it was done is not known: do not say that it was.";

/** A tool of the model's that the server runs. */
export interface ServerTool {
  /** As the model is told of it; `parameters` is JSON schema. */
  definition: { type: "function"; name: string; description: string; parameters: object };
  /** It is run however often others were. */
  isUncounted?: true;
  /**
   * @param args what the model wrote, not checked
   * @returns what the model is told @throws AppError with a message that the model may read
   */
  run(args: unknown): Promise<object>;
}

/** Runs the server's tools of one connection: so many, each for so long, whatever the model asks for. */
export class ToolRunner {
  readonly #tools: ReadonlyMap<string, ServerTool>;
  readonly #running = new Set<Promise<unknown>>();
  #runs = 0;

  constructor(
    private readonly ctx: Ctx,
    tools: readonly ServerTool[],
    private readonly timeoutMs = TOOL_TIMEOUT_MS,
  ) {
    this.#tools = new Map(tools.map((tool) => [tool.definition.name, tool]));
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#tools.keys());
  }

  /** What the model is told of its call: it is told of every failure, for it has to go on. Never throws. */
  async run(call: CalledTool): Promise<object> {
    const tool = this.#tools.get(call.name);
    if (!tool) return { error: "There is no such tool." };
    if (!tool.isUncounted) this.#runs += 1;
    if (this.#runs > MAX_TOOL_RUNS && !tool.isUncounted)
      return { error: "Tools were used too often: go on without them." };
    const running = this.#outcome(tool, call);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
    const late = delay(this.timeoutMs, { error: LATE }, { ref: false });
    return Promise.race([running, late]);
  }

  /** Waits at most `withinMs` for what still runs: it was asked for before the call ended. */
  async settle(withinMs: number): Promise<void> {
    if (this.#running.size === 0) return;
    await Promise.race([Promise.all(this.#running), delay(withinMs, undefined, { ref: false })]);
  }

  async #outcome(tool: ServerTool, { name, arguments: written }: CalledTool): Promise<object> {
    try {
      return await tool.run(parsed(written));
    } catch (error) {
      if (error instanceof AppError && error.code !== "internal") return { error: error.safeMessage };
      this.ctx.log.error("a tool failed", { tool: name, error });
      return { error: "This does not work right now." };
    }
  }
}

function parsed(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    throw new AppError("invalid_argument", "The arguments are not JSON.");
  }
}
