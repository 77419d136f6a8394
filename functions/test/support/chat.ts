import { EventSource } from "eventsource";
import type { ChatChunk } from "../../src/chat/schemas";

/** What came of a stream of server-sent events. */
export interface StreamSeen {
  chunks: ChatChunk[];
  /** Of each `event: error`, its data. */
  errors: unknown[];
  /** `[DONE]` was the last event. */
  done: boolean;
}

export const userMessage = (content = "Hello") => ({ role: "user" as const, content });

/** What the model said, in all chunks together. */
export const textOf = (chunks: ChatChunk[]) =>
  chunks.map(({ choices: [choice] }) => choice?.delta.content ?? "").join("");

/** Reads an endpoint's events as a browser's EventSource does, but by POST. */
export function readEvents(url: string, token: string, body: object): Promise<StreamSeen> {
  const seen: StreamSeen = { chunks: [], errors: [], done: false };
  return new Promise((resolve, reject) => {
    const source = new EventSource(url, {
      fetch: (address, init) =>
        fetch(address, {
          ...init,
          method: "POST",
          headers: { ...init?.headers, Authorization: `Bearer ${token}` },
          body: JSON.stringify(body),
        }),
    });
    const finish = () => {
      source.close();
      resolve(seen);
    };
    source.addEventListener("message", ({ data }) => {
      if (data !== "[DONE]") return void seen.chunks.push(JSON.parse(data));
      seen.done = true;
      finish();
    });
    // Its own connection errors come under the same name, without data.
    source.addEventListener("error", (event) => {
      const { data, message } = event as { data?: string; message?: string };
      if (data !== undefined) {
        seen.errors.push(JSON.parse(data));
        return finish();
      }
      source.close();
      reject(new Error(message ?? "connection lost"));
    });
  });
}
