import type { Firestore } from "firebase-admin/firestore";
import { newId } from "../src/core/ids";
import { connectVoice } from "../src/voice/connectVoice";
import { ownDatabase } from "../test/support/countedFirestore";
import { benchCtx } from "./benchCtx";
import { deployedAllocator, deployedNodeFlags } from "./nodeFlags";
import { startWorker, type Worker } from "./worker";
import type { LoadApi } from "./workers/load";
import type { RelayApi } from "./workers/measurable";

/** The relays that are compared: ours, ours with raw audio, two sockets joined, and one that parses every event. */
export type RelayKind = "ours" | "binary" | "bare" | "parsing";

const SCRIPTS: Record<RelayKind, string> = {
  ours: "ourRelay.js",
  binary: "ourRelay.js",
  bare: "bareRelay.js",
  parsing: "parsingRelay.js",
};
// So many handshakes at once as a relay sees after a restart, without the tickets' growing old.
const OPENED_AT_ONCE = 25;

/** A relay in a process of its own, and the sessions that the load holds through it. */
export interface RelayUnderTest {
  kind: RelayKind;
  worker: Worker<RelayApi>;
  /** Opens so many more sessions and waits until the model answers in each. */
  open(sessions: number): Promise<void>;
}

/** Runs `work` with relays of these kinds and the process that is both ends of them; ends them all. */
export async function withRelays<T>(
  kinds: readonly RelayKind[],
  work: (relays: RelayUnderTest[], load: Worker<LoadApi>) => Promise<T>,
): Promise<T> {
  const db = ownDatabase();
  const load = startWorker<LoadApi>("load.js");
  const workers = kinds.map((kind) => startRelayWorker(SCRIPTS[kind], db));
  try {
    const upstreamUrl = await load.call("listen", null);
    const relays = await Promise.all(
      kinds.map(async (kind, index): Promise<RelayUnderTest> => {
        const worker = workers[index] as Worker<RelayApi>;
        const url = await worker.call("listen", { upstreamUrl });
        const address = addresses(db, kind, url);
        return { kind, worker, open: (sessions) => open(load, kind, address, sessions) };
      }),
    );
    return await work(relays, load);
  } finally {
    await Promise.all([load, ...workers].map((worker) => worker.stop()));
    await db.terminate();
  }
}

/** Starts `bench/workers/<script>` as the relay is deployed, on this database. */
export function startRelayWorker(script: string, db: Firestore): Worker<RelayApi> {
  return startWorker<RelayApi>(script, {
    env: { BENCH_DATABASE: db.databaseId, ...deployedAllocator() },
    nodeFlags: deployedNodeFlags(),
  });
}

async function open(
  load: Worker<LoadApi>,
  group: RelayKind,
  address: () => Promise<string>,
  sessions: number,
): Promise<void> {
  await inBatches(sessions, address, (urls) => load.call("open", { group, urls }));
}

/** Makes the addresses of so many sessions and opens them, as many at once as a relay can be met with. */
export async function inBatches<Address>(
  sessions: number,
  address: () => Promise<Address>,
  openAll: (addresses: Address[]) => Promise<unknown>,
): Promise<void> {
  for (let opened = 0; opened < sessions; opened += OPENED_AT_ONCE) {
    const count = Math.min(OPENED_AT_ONCE, sessions - opened);
    await openAll(await Promise.all(Array.from({ length: count }, address)));
  }
}

/** How each session of a relay is reached. */
function addresses(db: Firestore, kind: RelayKind, url: string): () => Promise<string> {
  if (kind === "ours") return () => urlWithTicket(db, url);
  if (kind === "binary") return async () => `${await urlWithTicket(db, url)}&audio=binary`;
  return async () => url;
}

/** A session of a user of its own, connected as an app does it. */
async function urlWithTicket(db: Firestore, relayUrl: string): Promise<string> {
  const userId = newId();
  const ctx = benchCtx(db, userId, { RELAY_URL: relayUrl });
  return (await connectVoice(ctx, { sessionId: newId(), userId })).wsUrl;
}
