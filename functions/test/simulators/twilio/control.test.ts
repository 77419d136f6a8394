import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { wavHeader } from "../../../simulators/audio/wavHeader.js";
import type { CallView } from "../../../simulators/twilio/callView.js";
import type { RequestView } from "../../../simulators/twilio/requestLog.js";
import { temporaryFolder } from "../../scripts/temporaryFolder.js";
import { eventually } from "../../support/eventually.js";
import { type Bench, FROM, startBench, TO } from "./bench.js";

describe("The Twilio simulator's controls", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(() => bench.stop());

  async function control<Body = { error: { message: string } }>(
    method: string,
    what: string,
    body?: unknown,
  ) {
    const response = await fetch(`${bench.simulator.controlUrl}/${what}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Body };
  }

  it("set how calls go from now on, for all numbers or for one, and reset that", async () => {
    assert.equal((await control("POST", "script", { answer: "busy", ringMs: 5 })).status, 200);
    assert.equal((await control("POST", "script", { number: TO, answer: "failed" })).status, 200);
    assert.equal((await bench.ended(await bench.call("<Hangup/>"))).status, "failed");
    assert.equal((await bench.ended(await bench.call("<Hangup/>", { to: "+14155550101" }))).status, "busy");
    await control("DELETE", "script");
    assert.equal((await bench.ended(await bench.call("<Hangup/>"))).status, "completed");
  });

  it("refuse what they do not know, and say what it is", async () => {
    const REFUSED: [what: string, body: unknown, message: RegExp][] = [
      ["script", { answer: "maybe" }, /answer/],
      ["script", { colour: "red" }, /colour/],
      ["script", { caller: { says: [{ atMs: 0 }] } }, /exactly one of/],
      ["script", { caller: { says: [{ atMs: 0, afterMs: 1, hangUp: true }] } }, /at most one time/],
      ["script", { caller: { says: [{ wav: "/none.wav" }] } }, /none\.wav.*ENOENT/],
      ["inbound", { from: "me" }, /E\.164/],
      ["inbound", {}, /PUBLIC_URL/],
      ["faults", [{ on: "everything" }], /on/],
    ];
    for (const [what, body, message] of REFUSED) {
      const answered = await control("POST", what, body);
      assert.equal(answered.status, 400);
      assert.match(answered.body.error.message, message);
    }
    assert.equal((await control("GET", "nothing")).status, 404);
    assert.equal((await control("PUT", "calls")).status, 405);
  });

  it("start an inbound call, show it, and forget it once it has ended", async () => {
    const url = bench.application.twiml("/inbound", "<Say>Hello</Say>");
    const { body } = await control<{ callSid: string }>("POST", "inbound", {
      from: TO,
      to: FROM,
      url,
      script: { sayMs: 1 },
    });
    const view = await eventually(async () => {
      const { body: call } = await control<CallView>("GET", `calls/${body.callSid}`);
      assert.equal(call.status, "completed");
      return call;
    });
    assert.deepEqual([view.from, view.to, view.direction], [TO, FROM, "inbound"]);
    assert.match(view.documents[0]?.body ?? "", /Hello/);
    const [asked] = view.callbacks;
    assert.deepEqual([asked?.kind, asked?.url, asked?.status], ["twiml", url, 200]);
    assert.equal((await control<CallView[]>("GET", "calls")).body.length, 1);
    await control("DELETE", "calls");
    assert.deepEqual((await control("GET", "calls")).body, []);
  });

  it("let requests fail, show what waits, and take it back", async () => {
    const { body } = await control("POST", "faults", [{ on: "list", status: 500, times: 2 }]);
    assert.deepEqual((await control("GET", "faults")).body, body);
    await assert.rejects(bench.sdk.calls.list());
    await control("DELETE", "faults");
    await bench.sdk.calls.list();
    const { body: requests } = await control<RequestView[]>("GET", "requests");
    assert.deepEqual(
      requests.map(({ status }) => status),
      [500, 200],
    );
  });

  it("take a caller's voice from a WAV of any rate", async () => {
    const samples = Buffer.alloc(24_000 * 2 * 0.2, 0x11);
    const path = join(temporaryFolder(), "voice.wav");
    writeFileSync(
      path,
      Buffer.concat([wavHeader({ rate: 24_000, channels: 1, dataBytes: samples.length }), samples]),
    );
    const says = [{ wav: path }, { hangUp: true }];
    assert.equal((await control("POST", "script", { ringMs: 5, caller: { says } })).status, 200);
    const sid = await bench.call(bench.application.connect());
    const [stream] = (await bench.ended(sid)).streams;
    assert.deepEqual(stream?.said, [{ fromMs: 0, toMs: 200 }]);
  });
});
