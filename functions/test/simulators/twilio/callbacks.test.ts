import assert from "node:assert/strict";
import { type Bench, startBench } from "./bench.js";

const EVENTS = ["initiated", "ringing", "answered", "completed"];

describe("The callbacks of a simulated call, on demand", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(() => bench.stop());

  async function calledWith(callbacks: object, count: number) {
    bench.simulator.setScript({ ringMs: 5, callbacks });
    const sid = await bench.call("<Hangup/>", {
      statusCallback: `${bench.application.url}/status`,
      statusCallbackEvent: EVENTS,
    });
    await bench.ended(sid);
    const told = await bench.told("/status", count);
    return { sid, numbers: told.map(({ params }) => Number(params.SequenceNumber)) };
  }

  it("come twice", async () => {
    const { numbers } = await calledWith({ duplicate: 1 }, 8);
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      [0, 0, 1, 1, 2, 2, 3, 3],
    );
  });

  it("come in reverse", async () => {
    const { numbers } = await calledWith({ order: "reverse" }, 4);
    assert.deepEqual(numbers, [3, 2, 1, 0]);
  });

  it("come in any order, each once", async () => {
    const { numbers } = await calledWith({ order: "shuffled" }, 4);
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      [0, 1, 2, 3],
    );
  });

  it("are lost, and the others come late", async () => {
    const { numbers, sid } = await calledWith({ drop: ["ringing", "completed"], delayMs: 30 }, 2);
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      [0, 2],
    );
    const { history } = bench.simulator.call(sid);
    const sent = bench.simulator.call(sid).callbacks.filter(({ kind }) => kind === "initiated");
    assert.ok((sent[0]?.sentAt ?? 0) - (history[1]?.at ?? 0) >= 25);
  });

  it("are tried again when they fail, with the same token, and noted", async () => {
    let failures = 4;
    bench.application.replies.set("/status", () => ({ status: failures-- > 0 ? 500 : 200 }));
    const { sid } = await calledWith({ retries: 1, drop: ["initiated", "ringing"] }, 4);
    const tokens = bench.application
      .at("/status")
      .map(({ headers }) => headers["i-twilio-idempotency-token"]);
    assert.equal(new Set(tokens).size, 2);
    await bench.told("/status", 4);
    const { callbacks } = bench.simulator.call(sid);
    assert.deepEqual(
      callbacks.filter(({ kind }) => kind !== "twiml").map(({ status }) => status),
      [500, 500, 500, 500],
    );
  });
});
