import { ownDatabase } from "../test/support/countedFirestore";
import { placedCall } from "./placedCall";
import { inBatches, startRelayWorker } from "./relays";
import { startWorker, type Worker } from "./worker";
import type { RelayApi } from "./workers/measurable";
import type { PhoneLoadApi } from "./workers/phoneLoad";

/** The relays of phone calls that are compared: ours, and the least that one can be. */
export type PhoneRelayKind = "ours" | "bare";

const SCRIPTS: Record<PhoneRelayKind, string> = { ours: "ourRelay.js", bare: "barePhone.js" };
const KINDS = Object.keys(SCRIPTS) as PhoneRelayKind[];

/** A relay in a process of its own. */
export interface PhoneRelay {
  kind: PhoneRelayKind;
  worker: Worker<RelayApi>;
}

/** Runs `work` with a relay of each kind, so many calls through each, and the process that is both ends of them. */
export async function withPhoneRelays<T>(
  calls: number,
  work: (relays: PhoneRelay[], load: Worker<PhoneLoadApi>) => Promise<T>,
): Promise<T> {
  const db = ownDatabase();
  const load = startWorker<PhoneLoadApi>("phoneLoad.js");
  const relays = KINDS.map((kind) => ({ kind, worker: startRelayWorker(SCRIPTS[kind], db) }));
  try {
    const upstreamUrl = await load.call("listen", null);
    for (const { kind, worker } of relays) {
      const url = await worker.call("listen", { upstreamUrl });
      await inBatches(
        calls,
        () => placedCall(db, url),
        (addresses) => load.call("open", { group: kind, addresses }),
      );
    }
    return await work(relays, load);
  } finally {
    await Promise.all([load, ...relays.map(({ worker }) => worker)].map((worker) => worker.stop()));
    await db.terminate();
  }
}
