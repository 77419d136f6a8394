import type { Firestore } from "firebase-admin/firestore";
import type { Ctx } from "../src/core/ctx";
import { transact } from "../src/core/firestore";
import { newId } from "../src/core/ids";
import { admitSession } from "../src/voice/admitSession";
import { askRelay } from "../src/voice/askRelay";
import { endVoiceSession } from "../src/voice/endSession";
import { noteCall } from "../src/voice/sidebands";
import { ownDatabase } from "../test/support/countedFirestore";
import { benchCtx } from "./benchCtx";
import { CallModel } from "./callModel";
import { type Benchmark, digits, type Figure } from "./figure";
import { inBatches, startRelayWorker } from "./relays";
import type { Worker } from "./worker";
import type { RelayApi } from "./workers/measurable";

/** What holds the calls: the relay, or the least that can. */
type Holder = "ours" | "bare";

const SCRIPTS: Record<Holder, string> = { ours: "ourRelay.js", bare: "bareSideband.js" };
const CALLS = 1_000;
/** Held and ended before, so that code and buffers which are there once are not counted. */
const WARM_UP_CALLS = 100;
const TAKE_UP_MS = 10_000;
/** In this time each hold is renewed twice, and each call pinged at least once. */
const IDLE_MS = 30_000;

interface HeldCalls {
  rssKb: number;
  heapKb: number;
  /** CPU time of a call, in ms a minute. */
  cpuMs: number;
}

/** What a WebRTC call costs an instance that holds the server's end of it, while nobody speaks. */
export const relaySideband: Benchmark = {
  name: "relay-sideband",
  about: `relay memory and CPU a held idle WebRTC call, at ${digits(CALLS)} calls`,
  async run() {
    return figures(await measure("ours"), await measure("bare"));
  },
};

async function measure(holder: Holder): Promise<HeldCalls> {
  const db = ownDatabase();
  const model = new CallModel();
  const worker = startRelayWorker(SCRIPTS[holder], db);
  try {
    const relayUrl = await worker.call("listen", { upstreamUrl: await model.listen() });
    await holdAndEnd(holder, db, relayUrl, model);
    const before = await worker.call("memory", undefined);
    await hold(db, relayUrl, CALLS);
    const cpuMs = await idleCpuMs(worker);
    const after = await worker.call("memory", undefined);
    if (model.sidebands !== CALLS) throw new Error(`${holder}: ${model.sidebands} calls are held`);
    return {
      rssKb: (after.rssBytes - before.rssBytes) / CALLS / 1_024,
      heapKb: (after.heapBytes - before.heapBytes) / CALLS / 1_024,
      cpuMs,
    };
  } finally {
    await worker.stop();
    model.stop();
    await db.terminate();
  }
}

async function holdAndEnd(holder: Holder, db: Firestore, relayUrl: string, model: CallModel): Promise<void> {
  const calls = await hold(db, relayUrl, WARM_UP_CALLS);
  await Promise.all(calls.map(({ ctx, sessionId }) => endVoiceSession(ctx, { sessionId })));
  // The bare one knows of no sessions.
  if (holder === "bare") model.hangUp();
  await model.allClosed();
}

interface Call {
  ctx: Ctx;
  sessionId: string;
  callId: string;
}

/** Has so many more calls taken up, as starting them does. */
async function hold(db: Firestore, relayUrl: string, count: number): Promise<Call[]> {
  const calls: Call[] = [];
  await inBatches(
    count,
    () => begunCall(db, relayUrl),
    async (begun) => {
      calls.push(...begun);
      const taken = await Promise.all(begun.map((call) => askRelay(call.ctx, call.callId, TAKE_UP_MS)));
      if (taken.some((answer) => answer !== "held")) throw new Error("A call was not taken up.");
    },
  );
  return calls;
}

/** A call of a user of its own, as it is stored once the model has taken its offer. */
async function begunCall(db: Firestore, relayUrl: string): Promise<Call> {
  const [sessionId, userId] = [newId(), newId()];
  const ctx = benchCtx(db, userId, { RELAY_URL: relayUrl });
  const session = await transact(db, (tx) => admitSession(ctx, tx, { sessionId, userId, kind: "webrtc" }));
  const callId = `rtc_${newId()}`;
  await noteCall(ctx, session, { callId, keyId: "no key of the pool" });
  return { ctx, sessionId, callId };
}

/** CPU time of a silent call in ms a minute. */
async function idleCpuMs(worker: Worker<RelayApi>): Promise<number> {
  const before = await worker.call("cpuMicroseconds", undefined);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const used = (await worker.call("cpuMicroseconds", undefined)) - before;
  return (used / 1_000 / CALLS) * (60_000 / IDLE_MS);
}

function figures(ours: HeldCalls, bare: HeldCalls): Figure[] {
  const kb = (value: number) => `${digits(value)} KB`;
  const added = (value: number) => `+${kb(value)}`;
  return [
    {
      figure: "relay memory a held WebRTC call (RSS), against a bare socket to the model",
      ours: kb(ours.rssKb),
      baseline: kb(bare.rssKb),
      ratio: added(ours.rssKb - bare.rssKb),
    },
    {
      figure: "  of which objects and buffers",
      ours: kb(ours.heapKb),
      baseline: kb(bare.heapKb),
      ratio: added(ours.heapKb - bare.heapKb),
    },
    {
      figure: "relay CPU a minute of a held WebRTC call, nobody speaking",
      ours: `${digits(ours.cpuMs, 2)} ms`,
      baseline: `${digits(bare.cpuMs, 2)} ms`,
    },
  ];
}
