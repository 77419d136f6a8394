import { z } from "zod";
import { peekType } from "./eventType";
import { isRepeated } from "./serverToolTurns";

const item = z.looseObject({ type: z.string(), name: z.string().optional(), call_id: z.string().optional() });
type Item = z.output<typeof item>;

/** The events that ask a client to act for a call, or that answer what it never asked. */
const veiled = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("response.output_item.added"), item }),
  z.looseObject({ type: z.literal("response.output_item.done"), item }),
  z.looseObject({ type: z.literal("response.function_call_arguments.delta"), call_id: z.string() }),
  z.looseObject({ type: z.literal("response.function_call_arguments.done"), call_id: z.string() }),
  z.looseObject({
    type: z.literal("response.done"),
    response: z.looseObject({ output: z.array(item).optional() }),
  }),
  z.looseObject({
    type: z.literal("error"),
    error: z.looseObject({ code: z.unknown(), event_id: z.unknown() }),
  }),
]);
const VEILED_TYPES: ReadonlySet<string> = new Set(veiled.options.map(({ shape }) => shape.type.value));

/**
 * What a client sees of the server's tools: their calls and outputs as items of the conversation, but not as work to be
 * done, for official clients answer a call that they do not know with an error of their own.
 */
export class ServerToolVeil {
  readonly #callIds = new Set<string>();

  /** @param names of the server's tools */
  constructor(private readonly names: ReadonlySet<string>) {}

  /** Whether the model has made a call of that id of a tool of the server's. */
  hides(callId: string): boolean {
    return this.#callIds.has(callId);
  }

  /** @returns an event of the model's as the client may see it; undefined where it may not */
  forClient(frame: Buffer | string): Buffer | string | undefined {
    const type = typeof frame === "string" ? undefined : peekType(frame);
    if (type !== undefined && !VEILED_TYPES.has(type)) return frame;
    const event = veiled.safeParse(parsed(frame));
    if (!event.success) return frame;
    switch (event.data.type) {
      case "response.output_item.added":
      case "response.output_item.done":
        return this.#isCall(event.data.item) ? undefined : frame;
      case "response.function_call_arguments.delta":
      case "response.function_call_arguments.done":
        return this.#callIds.has(event.data.call_id) ? undefined : frame;
      case "response.done": {
        const { output = [], ...response } = event.data.response;
        const shown = output.filter((one) => !this.#isCall(one));
        if (shown.length === output.length) return frame;
        return JSON.stringify({ ...event.data, response: { ...response, output: shown } });
      }
      case "error":
        return isRepeated(event.data.error) ? undefined : frame;
    }
  }

  /** Remembers it as well: the client is then not told of a call that it could answer before us. */
  #isCall({ type, name = "", call_id }: Item): boolean {
    if (type !== "function_call" || !this.names.has(name)) return false;
    if (call_id !== undefined) this.#callIds.add(call_id);
    return true;
  }
}

function parsed(frame: Buffer | string): unknown {
  try {
    return JSON.parse(frame.toString());
  } catch {
    return undefined;
  }
}
