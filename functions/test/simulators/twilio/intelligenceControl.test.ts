import assert from "node:assert/strict";
import type { RecordingView } from "../../../simulators/twilio/call/recordingList.js";
import type { TranscriptView } from "../../../simulators/twilio/intelligence/transcriptView.js";
import { type Bench, startBench, TO } from "./bench.js";
import { doneTranscript, recordedCall, transcribe } from "./transcribed.js";

describe("The controls of simulated transcripts", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench({ script: { ringMs: 5 } });
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

  it("script transcripts by number before the call, show them with their webhooks, and forget them", async () => {
    const url = `${bench.application.url}/told`;
    const sentences = [{ channel: 1, start: 0, end: 1, text: "Hello." }];
    const set = await control<Record<string, unknown>>("POST", "intelligence", {
      number: TO,
      sentences,
      webhook: { url },
    });
    assert.equal(set.status, 200);
    assert.deepEqual([set.body.number, set.body.queuedMs, set.body.delayMs], [TO, 20, 100]);
    const { callSid, recordingSid } = await recordedCall(bench);
    const { sid } = await transcribe(bench, recordingSid);
    await doneTranscript(bench, sid);
    await bench.told("/told", 1);
    const shown = await control<TranscriptView[]>("GET", "transcripts");
    assert.deepEqual(
      shown.body.map((view) => [
        view.sid,
        view.recordingSid,
        view.callSid,
        view.sentencesCount,
        view.deletedAt,
      ]),
      [[sid, recordingSid, callSid, 1, null]],
    );
    const again = await control<TranscriptView>("POST", "transcripts/webhook", { transcriptSid: sid });
    assert.deepEqual(
      again.body.webhooks.map(({ kind, status }) => [kind, status]),
      [
        ["transcript", 200],
        ["transcript", 200],
      ],
    );
    await control("DELETE", "transcripts");
    assert.deepEqual((await control("GET", "transcripts")).body, []);
    await control("DELETE", "intelligence");
    const { sid: unscripted } = await transcribe(bench, recordingSid);
    assert.equal((await doneTranscript(bench, unscripted)).status, "failed", "of less than two seconds");
  });

  it("show recordings, with those that were deleted", async () => {
    const { callSid, recordingSid } = await recordedCall(bench);
    await bench.sdk.recordings(recordingSid).remove();
    const { body } = await control<RecordingView[]>("GET", "recordings");
    assert.deepEqual(
      body.map(({ sid, callSid: ofCall, channels }) => [sid, ofCall, channels]),
      [[recordingSid, callSid, 2]],
    );
    assert.ok(body[0]?.deletedAt);
  });

  it("refuse what they do not know, and say what it is", async () => {
    const sentence = { channel: 1, start: 0, end: 1, text: "Hello." };
    const REFUSED: [what: string, body: unknown, message: RegExp][] = [
      ["intelligence", { status: "queued" }, /status/],
      ["intelligence", { recordingSid: "RE1" }, /recordingSid/],
      [
        "intelligence",
        { recordingSid: `RE${"0".repeat(32)}`, number: TO },
        /one recording or for one number/,
      ],
      ["intelligence", { sentences: [sentence], sentencesCount: 1 }, /either sentences or sentencesCount/],
      ["intelligence", { sentences: [{ ...sentence, channel: "left" }] }, /channel/],
      ["intelligence", { webhook: { url: "ftp://example.com" } }, /url/],
      ["script", { caller: { says: [{ digits: "1", text: "One." }] } }, /text goes with one of wav/],
      ["transcripts/webhook", { transcriptSid: "GT1" }, /No transcript GT1/],
      ["faults", { on: "transcript" }, /on/],
    ];
    for (const [what, body, message] of REFUSED) {
      const answered = await control("POST", what, body);
      assert.equal(answered.status, 400, JSON.stringify(body));
      assert.match(answered.body.error.message, message);
    }
    assert.equal((await control("PUT", "intelligence")).status, 405);
  });
});
