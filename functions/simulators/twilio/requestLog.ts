/** A request to the REST API as `GET /control/twilio/requests` shows it. */
export interface RequestView {
  method: string;
  path: string;
  /** Query and form; of repeated ones all values. */
  params: Record<string, string | string[]>;
  /** Milliseconds since the epoch. */
  at: number;
  /** Null until it is answered, and for one whose connection was cut. */
  status: number | null;
}

const KEPT = 2_000;

/** The latest requests of this server. */
export class RequestLog {
  private entries: RequestView[] = [];

  begin(method: string, path: string): RequestView {
    const entry: RequestView = { method, path, params: {}, at: Date.now(), status: null };
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

/** Adds parameters to what the log shows of a request. */
export function logParams(entry: RequestView, params: URLSearchParams): void {
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name);
    entry.params[name] = values.length === 1 ? (values[0] ?? "") : values;
  }
}
