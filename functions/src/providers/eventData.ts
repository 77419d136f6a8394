import { createParser } from "eventsource-parser";

/** More than this in one event is no event. */
const MAX_EVENT_CHARACTERS = 1_048_576;

/**
 * The `data` of each server-sent event in a stream of bytes; those that came together, together.
 * @throws Error where an event does not end
 */
export async function* eventData(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string[], void> {
  const decoder = new TextDecoder();
  let ready: string[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARACTERS,
    onEvent: ({ data }) => ready.push(data),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw error;
    },
  });
  for await (const some of bytes) {
    parser.feed(decoder.decode(some, { stream: true }));
    if (ready.length === 0) continue;
    yield ready;
    ready = [];
  }
}
