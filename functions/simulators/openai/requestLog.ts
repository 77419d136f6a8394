import type { ServerResponse } from "node:http";

/** A request as `GET /control/openai/requests` shows it; times are milliseconds since the epoch. */
export interface RequestView {
  /** As in the answer's `x-request-id`. */
  id: string;
  path: string;
  /** The last four characters of the API key; null without one. */
  key: string | null;
  /** What the body names; null when it names none. */
  model: string | null;
  startedAt: number;
  /** Null until the first piece, or the whole, of an answer is sent. */
  status: number | null;
  /** When the first piece of a streamed answer was sent. */
  firstChunkAt: number | null;
  /** Pieces of a streamed answer: SSE events, or pieces of sound. */
  chunksSent: number;
  /** The whole answer was sent. */
  finished: boolean;
  /** The client left before that. */
  aborted: boolean;
  abortedAt: number | null;
  /** What was asked; the beginning of its text when it is long. */
  body: unknown;
}

const KEPT = 1_000;
const BODY_MAX_CHARACTERS = 8_192;

/** The latest requests of this server. */
export class RequestLog {
  private entries: LoggedRequest[] = [];

  begin(request: { id: string; path: string; key: string | undefined }, response: ServerResponse) {
    const logged = new LoggedRequest(request, response);
    this.entries.push(logged);
    if (this.entries.length > KEPT) this.entries.shift();
    return logged;
  }

  view(): RequestView[] {
    return this.entries.map((logged) => ({ ...logged.view }));
  }

  clear(): void {
    this.entries = [];
  }
}

/** One request, from its head to the end of its answer. */
export class LoggedRequest {
  readonly view: RequestView;
  private wasCut = false;

  constructor(
    { id, path, key }: { id: string; path: string; key: string | undefined },
    response: ServerResponse,
  ) {
    this.view = {
      id,
      path,
      key: key?.slice(-4) ?? null,
      model: null,
      startedAt: Date.now(),
      status: null,
      firstChunkAt: null,
      chunksSent: 0,
      finished: false,
      aborted: false,
      abortedAt: null,
      body: null,
    };
    response.once("finish", () => {
      this.view.finished = true;
      this.view.status = response.statusCode;
    });
    response.once("close", () => this.closed());
  }

  received(body: unknown): void {
    const { model } = Object(body) as { model?: unknown };
    this.view.model = typeof model === "string" ? model : null;
    const text = JSON.stringify(body);
    this.view.body = text.length > BODY_MAX_CHARACTERS ? text.slice(0, BODY_MAX_CHARACTERS) : body;
  }

  sendsChunk(): void {
    this.view.status = 200;
    this.view.firstChunkAt ??= Date.now();
    this.view.chunksSent += 1;
  }

  /** The simulator ends the connection itself, so its close is not the client's leaving. */
  cut(): void {
    this.wasCut = true;
  }

  private closed(): void {
    if (this.view.finished || this.wasCut) return;
    this.view.aborted = true;
    this.view.abortedAt = Date.now();
  }
}
