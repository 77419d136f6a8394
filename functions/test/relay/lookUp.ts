import type { ServerTool } from "../../src/relay/toolRunner";

/** A tool whose answers a test gives, if it does not let it answer at once. */
export class LookUp implements ServerTool {
  readonly definition = {
    type: "function" as const,
    name: "look_up",
    description: "Looks into the calendar.",
    parameters: { type: "object", properties: { day: { type: "string" } } },
  };
  readonly asked: unknown[] = [];
  readonly #answers: (() => void)[] = [];

  constructor(private readonly isSlow = false) {}

  async run(args: unknown): Promise<object> {
    this.asked.push(args);
    if (this.isSlow) await new Promise<void>((resolve) => this.#answers.push(resolve));
    return { events: "tea at four" };
  }

  answer(): void {
    for (const resolve of this.#answers.splice(0)) resolve();
  }
}
