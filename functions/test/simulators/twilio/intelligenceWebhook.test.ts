import assert from "node:assert/strict";
import type { IntelligenceInput } from "../../../simulators/twilio/intelligence/script.js";
import { eventually } from "../../support/eventually.js";
import type { Received } from "./application.js";
import { type Bench, startBench } from "./bench.js";
import { doneTranscript, recordedCall, SERVICE_SID, transcribe, transcriptOf } from "./transcribed.js";

const PATH = "/twilio/intelligence";

describe("The webhook of a simulated transcript", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench({ script: { ringMs: 5 } });
  });
  afterEach(() => bench.stop());

  /** A transcript that is announced as `webhook` says. */
  async function transcript(webhook: IntelligenceInput["webhook"] = {}, more: IntelligenceInput = {}) {
    const url = bench.application.url + PATH;
    bench.simulator.setIntelligence({ sentencesCount: 1, ...more, webhook: { url, ...webhook } });
    const { recordingSid } = await recordedCall(bench);
    return (await transcribe(bench, recordingSid, { customerKey: "session-1" })).sid;
  }

  const bodyOf = ({ body }: Received) => JSON.parse(body) as Record<string, unknown>;
  const sidsTold = () => bench.application.at(PATH).map((one) => bodyOf(one).transcript_sid);

  it("tells in JSON, signed with the body's hash in its address, that the transcript is available", async () => {
    const sid = await transcript();
    const [told] = await bench.told(PATH, 1);
    assert.ok(told);
    assert.deepEqual([told.method, told.headers["content-type"]], ["POST", "application/json"]);
    assert.match(told.path, /^\/twilio\/intelligence\?bodySHA256=[0-9a-f]{64}$/);
    assert.ok(told.isSigned);
    assert.deepEqual(bodyOf(told), {
      account_sid: bench.simulator.account.sid,
      service_sid: SERVICE_SID,
      transcript_sid: sid,
      customer_key: "session-1",
      event_type: "voice_intelligence_transcript_available",
      encryption_credential_sid: null,
    });
    const { status, webhooks } = transcriptOf(bench, sid);
    assert.equal(status, "completed");
    assert.deepEqual(
      webhooks.map((delivery) => delivery.url),
      [bench.application.url + told.path],
    );
  });

  it("is signed for no other address or body", async () => {
    await transcript({ url: `${bench.application.url}${PATH}?session=a%20b&x=1#top` });
    const [told] = await bench.told(PATH, 1);
    assert.ok(told);
    assert.match(told.path, /\?session=a%20b&x=1&bodySHA256=[0-9a-f]{64}$/);
    assert.ok(told.isSigned);
    const isSigned = (forged: Partial<Received>) => bench.application.isSigned({ ...told, ...forged });
    assert.ok(isSigned({}));
    assert.ok(!isSigned({ body: told.body.replace("session-1", "session-2") }));
    assert.ok(!isSigned({ path: told.path.replace("x=1", "x=2") }));
  });

  it("goes to PUBLIC_URL/twilio/intelligence by itself, and nowhere without that", async () => {
    const { recordingSid } = await recordedCall(bench);
    bench.simulator.setIntelligence({ sentencesCount: 1 });
    const untold = await transcribe(bench, recordingSid);
    assert.deepEqual((await doneTranscript(bench, untold.sid)).webhooks, []);
    await assert.rejects(bench.simulator.sendTranscriptWebhook(untold.sid), /PUBLIC_URL/);
    const other = await startBench({ publicUrl: `${bench.application.url}/`, script: { ringMs: 5 } });
    try {
      other.simulator.setIntelligence({ sentencesCount: 1 });
      const { sid } = await transcribe(other, (await recordedCall(other)).recordingSid);
      const [told] = await bench.told(PATH, 1);
      assert.equal(told && bodyOf(told).transcript_sid, sid);
    } finally {
      await other.stop();
    }
  });

  it("asks by GET where the service does, signed with what it tells in the query", async () => {
    const sid = await transcript({ method: "GET" });
    const [told] = await bench.told(PATH, 1);
    assert.ok(told);
    const query = new URL(told.path, bench.application.url).searchParams;
    assert.deepEqual([told.method, told.body], ["GET", ""]);
    assert.equal(query.get("transcript_sid"), sid);
    assert.equal(query.get("event_type"), "voice_intelligence_transcript_available");
    assert.ok(told.isSigned);
  });

  for (const [sendAt, seen, times] of [
    ["created", "queued", { queuedMs: 60_000 }],
    ["inProgress", "in-progress", { delayMs: 60_000 }],
  ] as const) {
    it(`comes before the transcript is there, and not again when it is: ${sendAt}`, async () => {
      const early = await transcript({ sendAt }, times);
      await bench.told(PATH, 1);
      assert.equal(transcriptOf(bench, early).status, seen);
      const done = await transcript({ sendAt });
      await doneTranscript(bench, done);
      await bench.told(PATH, 2);
      assert.deepEqual(sidsTold(), [early, done]);
    });
  }

  it("comes even before the answer to the creation", async () => {
    let answered = false;
    let early: boolean | undefined;
    bench.application.replies.set(PATH, () => {
      early = !answered;
      return {};
    });
    const sid = await transcript({}, { answerMs: 3_000, queuedMs: 5, delayMs: 5 });
    answered = true;
    assert.equal(early, true);
    assert.deepEqual(sidsTold(), [sid]);
  });

  it("comes late, and more than once", async () => {
    const sid = await transcript({ delayMs: 200, duplicate: 2 });
    const { history } = await doneTranscript(bench, sid);
    await bench.told(PATH, 3);
    const { webhooks } = transcriptOf(bench, sid);
    assert.deepEqual(sidsTold(), [sid, sid, sid]);
    for (const { sentAt } of webhooks) assert.ok(sentAt - (history.at(-1)?.at ?? 0) >= 195);
  });

  it("never comes by itself where it is dropped, and on demand in any order, whatever became of the transcript", async () => {
    const first = await transcript({ drop: true });
    const second = await transcript({ drop: true }, { delayMs: 60_000 });
    await doneTranscript(bench, first);
    await bench.sdk.intelligence.v2.transcripts(first).remove();
    assert.deepEqual(sidsTold(), []);
    const { webhooks } = await bench.simulator.sendTranscriptWebhook(second);
    assert.deepEqual(
      webhooks.map(({ status }) => status),
      [200],
    );
    await bench.simulator.sendTranscriptWebhook(first, { customer_key: null });
    assert.deepEqual(sidsTold(), [second, first]);
    const told = bench.application.at(PATH);
    assert.ok(told.every(({ isSigned }) => isSigned));
    assert.deepEqual(
      told.map(bodyOf).map(({ customer_key }) => customer_key),
      ["session-1", null],
    );
  });

  it("tells more than is documented on demand", async () => {
    await transcript({ fields: { event_type: "something_else", added: [1] } });
    const [told] = await bench.told(PATH, 1);
    assert.ok(told?.isSigned);
    const { event_type, added, customer_key } = bodyOf(told);
    assert.deepEqual([event_type, added, customer_key], ["something_else", [1], "session-1"]);
  });

  it("tells of a transcript that failed only where it is told to", async () => {
    const silent = await transcript({}, { status: "failed" });
    assert.deepEqual((await doneTranscript(bench, silent)).webhooks, []);
    const told = await transcript({ whenFailed: true }, { status: "failed" });
    await bench.told(PATH, 1);
    assert.deepEqual(sidsTold(), [told]);
  });

  it("is sent to the end though the transcript is deleted while it waits", async () => {
    const sid = await transcript({ delayMs: 1_500 });
    await doneTranscript(bench, sid);
    await bench.sdk.intelligence.v2.transcripts(sid).remove();
    await bench.told(PATH, 1);
    assert.deepEqual(sidsTold(), [sid]);
  });

  it("is not sent for a transcript that is deleted before it is done", async () => {
    const deleted = await transcript({}, { queuedMs: 1_000 });
    await bench.sdk.intelligence.v2.transcripts(deleted).remove();
    const other = await transcript({}, { queuedMs: 1_200 });
    await bench.told(PATH, 1);
    assert.deepEqual(sidsTold(), [other]);
    assert.equal(transcriptOf(bench, deleted).status, "queued");
  });

  async function toldWith(statuses: number[], retries: number) {
    const answers = [...statuses];
    bench.application.replies.set(PATH, () => ({ status: answers.shift() ?? 200 }));
    const sid = await transcript({ retries, retryMs: 5 });
    return eventually(async () => {
      const view = transcriptOf(bench, sid);
      assert.ok(view.errors.length > 0 || view.webhooks.some(({ status }) => status === 200));
      return view;
    });
  }

  it("is tried again when the application fails, with the same token, and given up", async () => {
    const taken = await toldWith([503, 429], 2);
    assert.deepEqual(
      taken.webhooks.map(({ status }) => status),
      [503, 429, 200],
    );
    assert.deepEqual(taken.errors, []);
    const tokens = bench.application.at(PATH).map(({ headers }) => headers["i-twilio-idempotency-token"]);
    assert.equal(new Set(tokens).size, 1);
    const givenUp = await toldWith([500, 500, 500], 1);
    assert.deepEqual([givenUp.webhooks.length, givenUp.errors.map(({ code }) => code)], [2, [95200]]);
  });

  it("is not tried again when the application refuses it", async () => {
    const { webhooks, errors } = await toldWith([403, 200], 3);
    assert.deepEqual([webhooks.length, errors.map(({ code }) => code)], [1, [95200]]);
  });

  it("notes that nobody answered", async () => {
    const sid = await transcript({ url: "http://127.0.0.1:9/nobody" });
    const { webhooks } = await eventually(async () => {
      const view = transcriptOf(bench, sid);
      assert.deepEqual(
        view.errors.map(({ code }) => code),
        [95201],
      );
      return view;
    });
    assert.equal(webhooks[0]?.status, null);
    assert.match(webhooks[0]?.error ?? "", /fetch failed|bad port|ECONNREFUSED/);
  });
});
