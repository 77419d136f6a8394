import assert from "node:assert/strict";
import { makeClient } from "../../../src/providers/twilioSdk.js";
import { type Bench, startBench, TO } from "./bench.js";
import { sdkFor } from "./client.js";
import { refusal } from "./refusal.js";
import { doneTranscript, recordedCall, SERVICE_SID, transcribe, transcriptOf } from "./transcribed.js";

const MISSING = `GT${"0".repeat(32)}`;
const HELLO = { channel: 1, start: 0.5, end: 1.25, text: "Hello there.", confidence: 0.87 };
const GOODBYE = { channel: 2, start: 1.5, end: 2, text: "Goodbye.", confidence: null, words: null };

describe("The simulated Conversational Intelligence, by Twilio's SDK", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench({ script: { ringMs: 5, sayMs: 5 } });
  });
  afterEach(() => bench.stop());

  const transcripts = () => bench.sdk.intelligence.v2.transcripts;

  /** A transcript of a call of its own, done. */
  async function transcript(more: Record<string, unknown> = {}) {
    const { callSid, recordingSid } = await recordedCall(bench);
    const { sid } = await transcribe(bench, recordingSid, more);
    await doneTranscript(bench, sid);
    return { callSid, recordingSid, sid };
  }

  it("makes a transcript of a recording: queued, in progress, then completed, with all its properties", async () => {
    bench.simulator.setIntelligence({ sentences: [HELLO] });
    const { callSid, recordingSid } = await recordedCall(bench);
    const mediaStartTime = new Date("2026-11-20T10:11:12Z");
    const channel = {
      media_properties: { source_sid: recordingSid },
      participants: [
        { channel_participant: 1, role: "Customer" },
        { channel_participant: 2, role: "Agent" },
      ],
    };
    const created = await transcribe(bench, recordingSid, {
      channel,
      customerKey: "session-1",
      mediaStartTime,
    });
    assert.match(created.sid, /^GT[0-9a-f]{32}$/);
    assert.deepEqual([created.status, created.duration, created.customerKey], ["queued", 0, "session-1"]);
    assert.deepEqual(created.mediaStartTime, mediaStartTime);
    assert.equal(created.channel.media_properties.source_sid, recordingSid);
    assert.deepEqual(created.channel.participants, channel.participants);
    const { history } = await doneTranscript(bench, created.sid);
    assert.deepEqual(
      history.map(({ status }) => status),
      ["queued", "in-progress", "completed"],
    );
    const fetched = await transcripts()(created.sid).fetch();
    assert.deepEqual(
      [fetched.sid, fetched.serviceSid, fetched.accountSid, fetched.status, fetched.languageCode],
      [created.sid, SERVICE_SID, bench.simulator.account.sid, "completed", "en-US"],
    );
    assert.equal(fetched.duration, Number((await bench.sdk.calls(callSid).fetch()).duration));
    assert.ok(fetched.dateUpdated >= fetched.dateCreated);
    assert.equal(fetched.url, `https://intelligence.twilio.com/v2/Transcripts/${created.sid}`);
  });

  it("shows each sentence as Twilio does, and its words when asked", async () => {
    bench.simulator.setIntelligence({ sentences: [HELLO, GOODBYE] });
    const { sid } = await transcript();
    const [hello, goodbye] = await transcripts()(sid).sentences.list();
    assert.match(hello?.sid ?? "", /^GX[0-9a-f]{32}$/);
    assert.deepEqual(hello?.toJSON(), {
      mediaChannel: 1,
      sentenceIndex: 0,
      startTime: "0.5",
      endTime: "1.25",
      transcript: "Hello there.",
      sid: hello?.sid,
      confidence: "0.87",
      words: null,
    });
    assert.deepEqual([goodbye?.sentenceIndex, goodbye?.confidence], [1, null]);
    const timed = await transcripts()(sid).sentences.list({ wordTimestamps: true });
    assert.deepEqual(timed[0]?.words, [
      { word: "Hello", start_time: "0.5", end_time: "0.841" },
      { word: "there.", start_time: "0.841", end_time: "1.25" },
    ]);
    assert.equal(timed[1]?.words, null);
  });

  it("has times as numbers, and redacted texts, on demand", async () => {
    bench.simulator.setIntelligence({
      decimals: "number",
      sentences: [{ ...HELLO, text: "I am Ada.", redactedText: "I am [NAME]." }],
    });
    const { sid } = await transcript();
    assert.equal((await transcripts()(sid).fetch()).redaction, true);
    const [redacted] = await transcripts()(sid).sentences.list();
    const [plain] = await transcripts()(sid).sentences.list({ redacted: false });
    assert.deepEqual([redacted?.transcript, plain?.transcript], ["I am [NAME].", "I am Ada."]);
    assert.deepEqual([plain?.startTime, plain?.confidence], [0.5, 0.87]);
  });

  it("pages sentences: every page is followed, by the application's own client too", async () => {
    bench.simulator.setIntelligence({ sentencesCount: 7 });
    const { sid } = await transcript();
    const { account, url } = bench.simulator;
    const own = makeClient(
      { accountSid: account.sid, authToken: account.authToken },
      { baseUrl: url, timeoutMs: 5_000 },
    );
    for (const client of [bench.sdk, own]) {
      const { sentences } = client.intelligence.v2.transcripts(sid);
      const listed = await sentences.list({ pageSize: 3, wordTimestamps: true });
      assert.deepEqual(
        listed.map(({ sentenceIndex, mediaChannel }) => [sentenceIndex, mediaChannel]),
        [0, 1, 2, 3, 4, 5, 6].map((index) => [index, (index % 2) + 1]),
      );
      assert.ok(listed.every(({ words }) => words?.length === 4));
      assert.equal((await sentences.list({ pageSize: 3, limit: 5 })).length, 5);
    }
    const page = await transcripts()(sid).sentences.page({ pageSize: 3 });
    assert.match(
      page.nextPageUrl ?? "",
      /^https:\/\/intelligence\.twilio\.com\/v2\/Transcripts\/GT.*PageSize=3&Page=1/,
    );
    assert.equal(page.previousPageUrl, undefined);
    assert.equal((await transcripts()(sid).sentences.list({ pageSize: 5_000 })).length, 7);
    const tooMany = transcripts()(sid).sentences.list({ pageSize: 5_001 });
    assert.deepEqual(await refusal(tooMany), { status: 400, code: 20001 });
    assert.deepEqual(await transcripts()(sid).operatorResults.list(), []);
  });

  it("has what was said in the call: by the caller's script on channel 1, by Say on channel 2", async () => {
    bench.simulator.setScript({
      ringMs: 5,
      sayMs: 200,
      caller: { says: [{ speechMs: 400, text: "Good morning. Is it open?" }, { hangUp: true }] },
    });
    bench.simulator.setIntelligence({ status: "completed" });
    const verbs = `<Say>Welcome.</Say>${bench.application.connect()}`;
    const { recordingSid } = await recordedCall(bench, verbs);
    const { sid } = await transcribe(bench, recordingSid);
    await doneTranscript(bench, sid);
    const listed = await transcripts()(sid).sentences.list();
    assert.deepEqual(
      listed.map(({ mediaChannel, transcript: text }) => [mediaChannel, text]),
      [
        [2, "Welcome."],
        [1, "Good morning."],
        [1, "Is it open?"],
      ],
    );
    const [welcome, morning, open] = listed.map(({ startTime, endTime }) => [
      Number(startTime),
      Number(endTime),
    ]);
    assert.ok(Number(morning?.[0]) >= Number(welcome?.[1]), "the caller speaks once the stream has begun");
    assert.equal(open?.[0], morning?.[1]);
    assert.ok(Math.abs(Number(open?.[1]) - Number(morning?.[0]) - 0.4) < 0.01);
  });

  it("puts all that was said on the one channel of a recording that has one", async () => {
    bench.simulator.setIntelligence({ status: "completed" });
    const { recordingSid } = await recordedCall(bench, "<Say>Hello.</Say>", { recordingChannels: "mono" });
    const { sid } = await transcribe(bench, recordingSid);
    await doneTranscript(bench, sid);
    const [hello] = await transcripts()(sid).sentences.list();
    assert.deepEqual([hello?.mediaChannel, hello?.transcript], [1, "Hello."]);
  });

  it("follows the script of the recording before that of the number, and that before the one for all", async () => {
    bench.simulator.setIntelligence({ sentencesCount: 1 });
    bench.simulator.setIntelligence({ number: TO, sentencesCount: 2 });
    const first = await recordedCall(bench);
    const second = await recordedCall(bench);
    const other = await recordedCall(bench, "<Hangup/>", { to: "+14155550142" });
    bench.simulator.setIntelligence({ recordingSid: second.recordingSid, sentencesCount: 3 });
    const counts: number[] = [];
    for (const { recordingSid } of [first, second, other]) {
      const { sid } = await transcribe(bench, recordingSid);
      counts.push((await doneTranscript(bench, sid)).sentencesCount);
    }
    assert.deepEqual(counts, [2, 3, 1]);
  });

  it("fails by script, for a recording of less than 2 s, and for one deleted before it was fetched", async () => {
    const short = await transcript();
    bench.simulator.setIntelligence({ status: "failed", sentences: [HELLO] });
    const scripted = await transcript();
    bench.simulator.setIntelligence({ sentences: [HELLO], queuedMs: 1_500 });
    const { recordingSid } = await recordedCall(bench);
    const { sid } = await transcribe(bench, recordingSid);
    await bench.sdk.recordings(recordingSid).remove();
    await doneTranscript(bench, sid);
    for (const [failed, code] of [
      [short.sid, 95109],
      [scripted.sid, 95100],
      [sid, 95102],
    ] as const) {
      assert.equal((await transcripts()(failed).fetch()).status, "failed");
      assert.deepEqual(await transcripts()(failed).sentences.list(), []);
      assert.deepEqual(
        transcriptOf(bench, failed).errors.map((error) => error.code),
        [code],
      );
    }
  });

  it("has no sentences before it is completed, and then keeps them without the recording", async () => {
    bench.simulator.setIntelligence({ sentences: [HELLO], delayMs: 1_500 });
    const { recordingSid } = await recordedCall(bench);
    const { sid } = await transcribe(bench, recordingSid);
    assert.deepEqual(await transcripts()(sid).sentences.list(), []);
    await doneTranscript(bench, sid);
    await bench.sdk.recordings(recordingSid).remove();
    assert.equal((await transcripts()(sid).sentences.list()).length, 1);
  });

  it("lists transcripts, newest first, by every filter and over pages", async () => {
    bench.simulator.setIntelligence({ sentencesCount: 1 });
    const mediaStartTime = new Date("2026-11-20T10:00:00Z");
    const made = [];
    for (let i = 0; i < 3; i += 1) made.unshift(await transcript(i === 0 ? { mediaStartTime } : {}));
    const all = made.map(({ sid }) => sid);
    const listed = async (filters: Parameters<ReturnType<typeof transcripts>["list"]>[0]) =>
      (await transcripts().list(filters)).map(({ sid }) => sid);
    assert.deepEqual(await listed({}), all);
    assert.deepEqual(await listed({ pageSize: 1 }), all);
    assert.deepEqual(await listed({ pageSize: 2, limit: 2 }), all.slice(0, 2));
    assert.deepEqual(await listed({ sourceSid: made[1]?.recordingSid ?? "" }), [all[1]]);
    assert.deepEqual(
      await listed({ serviceSid: SERVICE_SID, status: "completed", languageCode: "en-US" }),
      all,
    );
    assert.deepEqual(await listed({ status: "failed" }), []);
    const [hourAgo, soon] = [-3_600_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
    assert.ok(hourAgo && soon);
    assert.deepEqual(await listed({ afterDateCreated: hourAgo, beforeDateCreated: soon }), all);
    assert.deepEqual(await listed({ afterDateCreated: soon }), []);
    assert.deepEqual(await listed({ beforeDateCreated: hourAgo }), []);
    assert.deepEqual(await listed({ afterStartTime: "2026-11-20T09:00:00Z", beforeStartTime: soon }), [
      all[2],
    ]);
  });

  it("deletes a transcript for good, counts that, and then makes another of the same recording", async () => {
    bench.simulator.setIntelligence({ sentencesCount: 1 });
    const { sid, recordingSid } = await transcript();
    const again = () => transcribe(bench, recordingSid);
    assert.deepEqual(await refusal(again()), { status: 409, code: 20409 });
    assert.equal(await transcripts()(sid).remove(), true);
    for (const attempt of [
      () => transcripts()(sid).fetch(),
      () => transcripts()(sid).remove(),
      () => transcripts()(sid).sentences.list(),
      () => transcripts()(sid).operatorResults.list(),
    ]) {
      assert.deepEqual(await refusal(attempt()), { status: 404, code: 20404 });
    }
    assert.deepEqual(await transcripts().list(), []);
    assert.ok(transcriptOf(bench, sid).deletedAt);
    const second = await again();
    assert.notEqual(second.sid, sid);
    assert.equal(transcriptOf(bench, second.sid).deletedAt, null);
  });

  it("counts recordings that are deleted, once each", async () => {
    const kept = await recordedCall(bench);
    const { callSid, recordingSid } = await recordedCall(bench);
    await bench.sdk.recordings(recordingSid).remove();
    const again = bench.sdk.recordings(recordingSid).remove();
    assert.deepEqual(await refusal(again), { status: 404, code: 20404 });
    const recordings = bench.simulator.recordings();
    assert.deepEqual(
      recordings.map(({ sid, deletedAt }) => [sid, deletedAt !== null]),
      [
        [kept.recordingSid, false],
        [recordingSid, true],
      ],
    );
    assert.equal(recordings[1]?.callSid, callSid);
  });

  it("refuses what it does not know or cannot read, as Twilio does", async () => {
    const { recordingSid } = await recordedCall(bench);
    const source = { media_properties: { source_sid: recordingSid } };
    const REFUSED: [what: string, code: number, options: Record<string, unknown>][] = [
      ["no service", 20001, { serviceSid: "GA1" }],
      ["a source that is no recording", 20001, { channel: { media_properties: { source_sid: "CA1" } } }],
      ["no source", 20001, { channel: {} }],
      ["a channel that is no JSON", 20001, { channel: "{" }],
      [
        "external media",
        20001,
        { channel: { media_properties: { media_url: "https://example.com/a.wav" } } },
      ],
      ["a third participant", 20001, { channel: { ...source, participants: [{ channel_participant: 3 }] } }],
      ["a long customer key", 20001, { customerKey: "x".repeat(65) }],
      ["a start that is no date", 20001, { mediaStartTime: "soon" }],
      [
        "an unknown recording",
        95122,
        { channel: { media_properties: { source_sid: `RE${"0".repeat(32)}` } } },
      ],
    ];
    for (const [what, code, options] of REFUSED) {
      assert.deepEqual(await refusal(transcribe(bench, recordingSid, options)), { status: 400, code }, what);
    }
    bench.simulator.setIntelligence({ service: "unknown" });
    assert.deepEqual(await refusal(transcribe(bench, recordingSid)), { status: 400, code: 20001 });
    const stranger = sdkFor(bench.simulator, "wrong").intelligence.v2;
    assert.deepEqual(await refusal(stranger.transcripts.list()), { status: 401, code: 20003 });
    assert.deepEqual(await refusal(transcripts()(MISSING).fetch()), { status: 404, code: 20404 });
    assert.deepEqual(await refusal(bench.sdk.intelligence.v2.services(SERVICE_SID).fetch()), {
      status: 404,
      code: 20404,
    });
    assert.deepEqual(bench.simulator.transcripts(), []);
  });

  it("fails as it is told: each operation by status, by silence, and by a cut connection", async () => {
    bench.simulator.setIntelligence({ sentencesCount: 1 });
    const { sid } = await transcript();
    const operations = [
      ["transcript.fetch", () => transcripts()(sid).fetch()],
      ["transcript.list", () => transcripts().list()],
      ["sentences", () => transcripts()(sid).sentences.list()],
      ["operatorResults", () => transcripts()(sid).operatorResults.list()],
      ["transcript.delete", () => transcripts()(sid).remove()],
    ] as const;
    for (const [on, operation] of operations) {
      bench.simulator.addFault({ on, status: 429, code: 20_429 });
      assert.deepEqual(await refusal(operation()), { status: 429, code: 20_429 }, on);
      bench.simulator.addFault({ on });
      await assert.rejects(operation(), /socket hang up|ECONNRESET/, on);
      bench.simulator.addFault({ on, hangMs: 60 });
      const before = Date.now();
      await operation();
      assert.ok(Date.now() - before >= 55, on);
    }
  });

  it("makes a transcript whose creation is not answered, which is found by its recording", async () => {
    bench.simulator.setIntelligence({ sentencesCount: 1 });
    const { recordingSid } = await recordedCall(bench);
    const found = () => transcripts().list({ sourceSid: recordingSid });
    bench.simulator.addFault({ on: "transcript.create", status: 503 });
    assert.deepEqual(await refusal(transcribe(bench, recordingSid)), { status: 503, code: 20_500 });
    assert.deepEqual(await found(), []);
    bench.simulator.addFault({ on: "transcript.create", afterCreating: true });
    await assert.rejects(transcribe(bench, recordingSid), /socket hang up|ECONNRESET/);
    assert.equal((await found()).length, 1);
  });
});
