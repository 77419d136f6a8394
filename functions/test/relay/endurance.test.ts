import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { newId } from "../../src/core/ids";
import { ownDatabase } from "../support/countedFirestore";
import { eventually } from "../support/eventually";
import { type InProcessRelay, startInProcessRelay } from "../support/inProcessRelay";
import { openSession } from "../support/relayProcess";

const CYCLES = 500;
const SIMULATOR_KEEPS = 200;
const AT_ONCE = 25;
/** What 500 connections may leave behind: noise, far below 500 times what one session holds (about 50 KB). */
const NOISE_BYTES = 8 * 1_024 * 1_024;

// Only a context made after the flag was set has the function.
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe("A relay that has served many connections", () => {
  // No trigger fires on it: thousands would keep the rest of the stack busy.
  const db = ownDatabase();
  let simulator: OpenAiSimulator;
  let relay: InProcessRelay;
  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 0, realTimeFactor: 1_000 } });
    relay = await startInProcessRelay(simulator.realtimeUrl, { db });
  });
  after(async () => {
    await relay.drain();
    await simulator.stop();
  });

  it(`holds no socket, timer or memory of ${CYCLES} that came and went, failures among them`, async function () {
    this.timeout(180_000);
    // The simulator keeps the last 200 sessions for its control endpoint; they are not the relay's.
    await serve(SIMULATOR_KEEPS + AT_ONCE);
    const before = await settled();
    await serve(CYCLES);
    // What the connections to Firestore hold of a burst goes a while later; what leaks stays.
    await eventually(async () => {
      const after = await settled();
      assert.equal(relay.connections(), 0);
      assert.ok(
        after.resources < before.resources + CYCLES / 10,
        `from ${before.resources} to ${after.resources} sockets and timers`,
      );
      assert.ok(
        after.heapBytes - before.heapBytes < NOISE_BYTES,
        `${Math.round((after.heapBytes - before.heapBytes) / 1_024)} KiB more`,
      );
    });
  });

  async function serve(connections: number): Promise<void> {
    for (let served = 0; served < connections; served += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => once(served + index)));
    }
  }

  /** Comes, speaks and goes, in one of the ways in which a connection ends. */
  async function once(index: number): Promise<void> {
    const isFailing = index % 5 === 0;
    if (isFailing)
      simulator.addFault(index % 2 === 0 ? { kind: "handshake_401" } : { kind: "malformed_event" });
    const client = await openSession(relay.url, { sessionId: newId(), userId: newId() }, db);
    await Promise.race([client.next("session.updated").catch(() => {}), client.closed]);
    if (index % 3 === 0) client.socket.terminate();
    else client.socket.close();
    await client.closed;
  }

  async function settled(): Promise<{ resources: number; heapBytes: number }> {
    simulator.clearFaults();
    await eventually(async () => {
      assert.equal(relay.connections(), 0);
      assert.equal(simulator.sessions().filter(({ open }) => open).length, 0);
    });
    relay.log.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    collectGarbage();
    const held = process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout|Immediate/.test(kind));
    return { resources: held.length, heapBytes: process.memoryUsage().heapUsed };
  }
});
