import { rmSync } from "node:fs";
import type { Call } from "./call.js";

const KEPT = 2_000;

/** The calls of this simulator, newest last; of those that ended, the latest. */
export class CallList {
  private calls = new Map<string, Call>();

  add(call: Call): void {
    this.calls.set(call.sid, call);
    if (this.calls.size <= KEPT) return;
    const oldest = [...this.calls.values()].find((one) => one.over.aborted);
    if (oldest) this.remove(oldest);
  }

  get(sid: string): Call | undefined {
    return this.calls.get(sid);
  }

  all(): Call[] {
    return [...this.calls.values()];
  }

  /** As the account that deletes it sees it: its recordings stay. */
  delete(call: Call): void {
    this.calls.delete(call.sid);
  }

  /** Forgets a call and its sound. */
  private remove(call: Call): void {
    this.delete(call);
    if (call.wavPath) rmSync(call.wavPath, { force: true });
  }

  clearEnded(): void {
    for (const call of this.all()) if (call.over.aborted) this.remove(call);
  }
}
