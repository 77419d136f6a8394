import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type Bench, FROM, startBench, TO } from "./bench.js";

const EVENTS = ["initiated", "ringing", "answered", "completed"];

describe("A simulated call", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench({ script: { ringMs: 20, sayMs: 10 } });
  });
  afterEach(() => bench.stop());

  const callback = () => ({ statusCallback: `${bench.application.url}/status`, statusCallbackEvent: EVENTS });
  const statuses = () => bench.application.at("/status").map(({ params }) => params.CallStatus);

  it("goes through its life and tells it, signed and numbered", async () => {
    const sid = await bench.call("<Say>Hello</Say>", callback());
    const { history, verbs } = await bench.ended(sid);
    assert.deepEqual(
      history.map(({ status }) => status),
      ["queued", "initiated", "ringing", "in-progress", "completed"],
    );
    assert.equal(verbs[0]?.text, "Hello");
    const told = await bench.told("/status", 4);
    const inOrder = told.toSorted(
      (a, b) => Number(a.params.SequenceNumber) - Number(b.params.SequenceNumber),
    );
    assert.deepEqual(
      inOrder.map(({ params }) => params.CallStatus),
      ["initiated", "ringing", "in-progress", "completed"],
    );
    for (const { isSigned, params } of told) {
      assert.ok(isSigned);
      assert.equal(params.CallSid, sid);
      assert.equal(params.CallbackSource, "call-progress-events");
      assert.ok(!Number.isNaN(Date.parse(params.Timestamp ?? "")));
    }
    assert.match(inOrder.at(-1)?.params.CallDuration ?? "", /^\d+$/);
    const [asked] = bench.application.at("/voice");
    assert.ok(asked?.isSigned);
    assert.equal(asked.params.CallStatus, "in-progress");
    assert.deepEqual(
      [asked.params.From, asked.params.To, asked.params.Direction],
      [FROM, TO, "outbound-api"],
    );
  });

  for (const answer of ["busy", "no-answer", "failed"] as const) {
    it(`ends ${answer} without asking for TwiML`, async () => {
      bench.simulator.setScript({ answer, ringMs: 10 });
      const sid = await bench.call("<Hangup/>", callback());
      assert.equal((await bench.ended(sid)).status, answer);
      assert.equal(bench.application.at("/voice").length, 0);
      const told = await bench.told("/status", answer === "failed" ? 2 : 3);
      assert.ok(told.some(({ params }) => params.CallStatus === answer && params.CallDuration === "0"));
    });
  }

  it("is given up after Timeout seconds of ringing", async () => {
    bench.simulator.setScript({ ringMs: 60_000 });
    const sid = await bench.call("<Hangup/>", { timeout: 1 });
    assert.equal((await bench.ended(sid)).status, "no-answer");
  });

  it("is ended by TimeLimit", async () => {
    const sid = await bench.call('<Pause length="60"/>', { timeLimit: 1 });
    const { status, answeredAt, endedAt } = await bench.ended(sid);
    assert.equal(status, "completed");
    assert.ok((endedAt ?? 0) - (answeredAt ?? 0) >= 990);
  });

  it("tells only of the end when no events are named", async () => {
    const sid = await bench.call("<Hangup/>", { statusCallback: `${bench.application.url}/status` });
    await bench.ended(sid);
    await bench.told("/status", 1);
    assert.deepEqual(statuses(), ["completed"]);
  });

  it("finds who answered: before TwiML, or beside it", async () => {
    bench.simulator.setScript({ answeredBy: "machine_start", amdMs: 30 });
    await bench.ended(await bench.call("<Hangup/>", { machineDetection: "Enable" }));
    assert.equal(bench.application.at("/voice")[0]?.params.AnsweredBy, "machine_start");
    const sid = await bench.call('<Pause length="1"/>', {
      machineDetection: "Enable",
      asyncAmd: "true",
      asyncAmdStatusCallback: `${bench.application.url}/amd`,
    });
    const [told] = await bench.told("/amd", 1);
    assert.ok(told?.isSigned);
    assert.equal(told.params.AnsweredBy, "machine_start");
    assert.equal(bench.application.at("/voice")[1]?.params.AnsweredBy, undefined);
    assert.equal((await bench.sdk.calls(sid).fetch()).answeredBy, "machine_start");
  });

  it("comes in: asks for TwiML while it rings, is answered by a verb, and reports its end", async () => {
    const url = bench.application.twiml("/inbound", "<Say>Hello</Say>");
    const statusCallback = `${bench.application.url}/status`;
    const sid = bench.simulator.callIn({ from: TO, to: FROM, url, statusCallback });
    const { history, direction } = await bench.ended(sid);
    assert.equal(direction, "inbound");
    assert.deepEqual(
      history.map(({ status }) => status),
      ["ringing", "in-progress", "completed"],
    );
    const [asked] = bench.application.at("/inbound");
    assert.ok(asked?.isSigned);
    assert.deepEqual([asked.params.CallStatus, asked.params.Direction], ["ringing", "inbound"]);
    await bench.told("/status", 1);
    assert.deepEqual(statuses(), ["completed"]);
  });

  it("comes in and is rejected, unanswered", async () => {
    const url = bench.application.twiml("/inbound", '<Reject reason="busy"/>');
    const { status, answeredAt } = await bench.ended(bench.simulator.callIn({ url }));
    assert.deepEqual([status, answeredAt], ["busy", null]);
  });

  it("leaves no file behind in a folder of its own", async () => {
    const sid = await bench.call("<Say>Hello</Say>");
    await bench.ended(sid);
    const path = await bench.wavOf(sid);
    assert.ok(existsSync(path));
    await bench.simulator.stop();
    assert.ok(!existsSync(path));
  });
});
