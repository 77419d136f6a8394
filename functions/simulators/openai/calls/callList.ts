import { type RefusalError, RefusedRequest, refusal } from "../refusal.js";
import type { Call } from "./call.js";

/** The calls that go on now. */
export class CallList {
  private readonly calls = new Map<string, Call>();
  private readonly ending = new Set<Promise<void>>();

  add(call: Call): void {
    this.calls.set(call.id, call);
  }

  delete(id: string): void {
    this.calls.delete(id);
  }

  /** The call of this id that belongs to this standard key; undefined for another's, and for one that is over. */
  find(id: string, ownerKey: string): Call | undefined {
    const call = this.calls.get(id);
    return call?.ownerKey === ownerKey ? call : undefined;
  }

  /** Cuts the sidebands of every call, as a failing network does; the calls go on. */
  dropSidebands(): void {
    for (const call of this.calls.values()) call.dropSidebands();
  }

  /** Cuts every call off; see {@link stopped}. */
  stopAll(): void {
    for (const call of this.calls.values()) this.ending.add(call.cut());
  }

  /** Resolves once nothing is left of the calls that were cut off. */
  async stopped(): Promise<void> {
    await Promise.allSettled(this.ending);
  }
}

/** Of an id that is unknown, over or another's. */
export function unknownCall(id: string): RefusedRequest {
  const error: RefusalError = { message: `No call found with id '${id}'.`, code: "call_id_not_found" };
  return new RefusedRequest(refusal(404, error));
}
