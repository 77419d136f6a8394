/** A request to the API as `GET /control/vapi/requests` shows it: without keys and tokens. */
export interface RequestView {
  method: string;
  path: string;
  /** What it was asked with. */
  key: "private" | "public" | "token" | "none" | "unknown";
  /** Milliseconds since the epoch. */
  at: number;
  /** Null until it is answered, and for one whose connection was cut or that hangs. */
  status: number | null;
}

const KEPT = 2_000;

/** The latest requests of this server. */
export class RequestLog {
  private entries: RequestView[] = [];

  begin(request: Pick<RequestView, "method" | "path" | "key">): RequestView {
    const entry: RequestView = { ...request, at: Date.now(), status: null };
    this.entries.push(entry);
    if (this.entries.length > KEPT) this.entries.shift();
    return entry;
  }

  view(): RequestView[] {
    return this.entries.map((entry) => ({ ...entry }));
  }

  clear(): void {
    this.entries = [];
  }
}
