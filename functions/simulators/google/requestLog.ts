import type { Params } from "./api.js";
import { type Caller, isOf, type Whose } from "./caller.js";

/** A request as `GET /control/google/requests` shows it: without tokens, codes, secrets and bodies. */
export interface RequestView extends Caller {
  method: string;
  /** As Google has it: `/token`, `/calendar/v3/calendars/primary/events`. */
  path: string;
  /** `token.refresh`, `events.list` and so on; what `GET /control/google/counts` counts. */
  operation: string;
  params: Params;
  /** Milliseconds since the epoch. */
  at: number;
  /** Null until it is answered, and for one whose connection was cut or that hangs. */
  status: number | null;
}

const KEPT = 2_000;

/** The latest requests of this server, and how many of each operation there were. */
export class RequestLog {
  private entries: RequestView[] = [];
  private counted: { caller: Caller; operation: string; count: number }[] = [];

  add(entry: RequestView): void {
    this.entries.push(entry);
    if (this.entries.length > KEPT) this.entries.shift();
    const { clientId, account, operation } = entry;
    const known = this.counted.find(
      (one) =>
        one.operation === operation && one.caller.clientId === clientId && one.caller.account === account,
    );
    if (known) known.count += 1;
    else this.counted.push({ caller: { clientId, account }, operation, count: 1 });
  }

  view(whose: Whose = {}): RequestView[] {
    return this.entries.filter((entry) => isOf(entry, whose)).map((entry) => ({ ...entry }));
  }

  counts(whose: Whose = {}): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { caller, operation, count } of this.counted) {
      if (isOf(caller, whose)) counts[operation] = (counts[operation] ?? 0) + count;
    }
    return counts;
  }

  clear(whose: Whose = {}): void {
    this.entries = this.entries.filter((entry) => !isOf(entry, whose));
    this.counted = this.counted.filter(({ caller }) => !isOf(caller, whose));
  }
}
