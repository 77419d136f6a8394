import { toAppError } from "../core/errors";
import { JsonText } from "../core/jsonText";
import type { ErrorFamily } from "./errorFamilies";
import type { Response, Route, RouteCall } from "./https";
import { parseInput, type StreamingOperation } from "./operation";

/** How the chunks of a stream are written. */
interface StreamFormat<Chunk> {
  contentType: string;
  write(chunks: readonly Chunk[]): string | Uint8Array;
  /** After the last chunk. */
  end?: string;
  /** Ends the answer of one that failed after its first chunk. */
  fail(response: Response, failed: { thrown: unknown; family: ErrorFamily }): void;
}

/**
 * Binds a streaming operation to a method, answering with server-sent events: each chunk is `data: <JSON>`, the end is
 * `data: [DONE]`, and a failure in mid-stream is `event: error` with the family's body.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventStream<Input, Chunk>(bound: StreamingOperation<Input, Chunk>): Route {
  return streamed(bound, {
    contentType: "text/event-stream; charset=utf-8",
    write: (chunks) => chunks.map((chunk) => `data: ${jsonOf(chunk)}\n\n`).join(""),
    end: "data: [DONE]\n\n",
    fail(response, { thrown, family }) {
      response.end(`event: error\ndata: ${JSON.stringify(family.body(toAppError(thrown)))}\n\n`);
    },
  });
}

function jsonOf(chunk: unknown): string {
  return chunk instanceof JsonText ? chunk.text : JSON.stringify(chunk);
}

/** Binds an operation that streams bytes to a method. One that fails in mid-stream is cut off, so that it shows. */
export function byteStream<Input>(bound: StreamingOperation<Input, Uint8Array>, contentType: string): Route {
  return streamed(bound, {
    contentType,
    write: (chunks) => Buffer.concat(chunks),
    fail: (response) => void response.destroy(),
  });
}

function streamed<Input, Chunk>(bound: StreamingOperation<Input, Chunk>, format: StreamFormat<Chunk>): Route {
  const isText = format.contentType.startsWith("text/");
  return {
    operation: bound,
    status: 200,
    content: {
      type: format.contentType.split(";", 1)[0] ?? "",
      ...(isText ? { schema: bound.chunk } : {}),
    },
    answer: (call) => answer(bound, format, call),
  };
}

async function answer<Input, Chunk>(
  bound: StreamingOperation<Input, Chunk>,
  format: StreamFormat<Chunk>,
  { ctx, sent, response, family }: RouteCall,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  // A client may have gone while it was being identified.
  if (response.destroyed) gone.abort();
  const drained = drainOf(response);
  const chunks = bound.run(ctx, parseInput(bound.input, sent), gone.signal);
  try {
    for await (const some of chunks) {
      if (!response.headersSent) begin(response, format.contentType);
      if (!response.write(format.write(some))) await drained();
      gone.signal.throwIfAborted();
    }
    if (!response.headersSent) begin(response, format.contentType);
    response.end(format.end);
  } catch (thrown) {
    if (gone.signal.aborted) {
      ctx.log.debug("the client has gone", { thrown });
      return;
    }
    if (response.headersSent) format.fail(response, { thrown, family });
    throw thrown;
  }
}

/** Waits until the client has taken what was written, or has gone. Cheaper than `once` with a signal each time. */
function drainOf(response: Response): () => Promise<void> {
  let wake = () => {};
  response.on("drain", () => wake());
  response.on("close", () => wake());
  return () =>
    new Promise((resolve) => {
      wake = resolve;
      if (response.destroyed) resolve();
    });
}

function begin(response: Response, contentType: string): void {
  // Proxies that buffer are asked not to: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
  response.status(200).set({ "Content-Type": contentType, "X-Accel-Buffering": "no" });
}
