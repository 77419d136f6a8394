import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import { after, before, describe, it } from "mocha";
import { recordCallRecording } from "../../src/calls/recordCall";
import type { RecordingInput } from "../../src/calls/webhookSchemas";
import { createCtx } from "../../src/core/ctx";
import { firestore } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import { twilioAccount } from "../../src/providers/twilioClient";
import { deleteRecording } from "../../src/providers/twilioTranscripts";
import { checkTranscripts } from "../../src/transcripts/checkTranscripts";
import { eraseAgainAtProviders, eraseAtProviders, newErasure } from "../../src/transcripts/eraseAtProviders";
import { providerErasures } from "../../src/transcripts/store";
import { sessions } from "../../src/voice/store";
import { type Account, account, ask, assertDetail } from "../support/assistantApi";
import { callWorld } from "../support/callWorld";
import { eventually } from "../support/eventually";
import { send } from "../support/http";
import { resetSimulator, setSimulator } from "../support/openAiControl";
import { freshPhone, phoneCall, scriptPhone } from "../support/phone";
import { fromStack } from "../support/stackEnvironment";
import { storedSession } from "../support/storedSession";

interface Detail {
  transcript_sid: string;
  conversation_flow: { text: string; sources: string[]; alternatives: { text: string }[] }[];
}

async function control(method: string, what: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${fromStack("SIMULATORS_URL")}/control/twilio/${what}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, `${method} ${what}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}

/** A call that was recorded and is over. */
async function recordedCall(user: Account, intelligence: object) {
  const phone = freshPhone();
  await control("POST", "intelligence", { number: phone, ...intelligence });
  await scriptPhone(phone, {
    caller: {
      says: [
        { afterReplyMs: 200, speechMs: 600 },
        { afterReplyMs: 200, hangUp: true },
      ],
    },
  });
  const body = { record: true, max_minutes: 1 };
  const answer = await ask("POST", `/make-call/${phone}/survey`, { token: user.accessToken, body });
  assert.equal(answer.status, 200, answer.text);
  const ids = answer.body as { call_sid: string; session_id: string };
  await phoneCall(ids.call_sid);
  return ids;
}

const detailOf = (user: Account, sid: string) =>
  ask("GET", `/api/enhanced-transcripts/${sid}`, { token: user.accessToken });
const intelligenceOf = async (sessionId: string) =>
  (await sessions(firestore()).doc(sessionId).get()).data()?.call?.intelligence;

/** The conversation once Twilio's transcript is part of it. */
async function enhanced(user: Account, sessionId: string): Promise<Detail> {
  return eventually(async () => {
    const { body, text } = await detailOf(user, sessionId);
    const detail = body as Detail;
    assert.match(detail.transcript_sid ?? "", /^GT/, text.slice(0, 300));
    return detail;
  });
}

/** One whose transcript is there. */
async function transcribedCall() {
  const user = await account();
  const ids = await recordedCall(user, { sentences: SENTENCES });
  const { transcript_sid } = await enhanced(user, ids.session_id);
  const recording = (await sessions(firestore()).doc(ids.session_id).get()).data()?.call?.recording;
  assert.ok(recording);
  return { ...ids, recording, transcript_sid };
}

async function isErased(transcriptSid: string): Promise<boolean> {
  const transcripts = (await control("GET", "transcripts")) as { sid: string; deletedAt: number | null }[];
  const found = transcripts.find(({ sid }) => sid === transcriptSid);
  assert.ok(found);
  return found.deletedAt !== null;
}

const SENTENCES = [
  { channel: 2, start: 0.4, end: 2.1, text: "Hello there", confidence: 0.91 },
  { channel: 1, start: 3, end: 4.2, text: "Yes, gladly.", confidence: 0.87 },
];

describe("Twilio's transcript of a call", () => {
  before(() => setSimulator({ script: { greeting: "Hello.", turns: [{ heard: "Yes.", reply: "Fine." }] } }));
  after(() => resetSimulator());

  it("is asked for once the recording is there, told of, and reconciled with what the relay has", async function () {
    this.timeout(90_000);
    const user = await account();
    const { session_id } = await recordedCall(user, { sentences: SENTENCES, webhook: { duplicate: 2 } });
    const { transcript_sid, conversation_flow } = await enhanced(user, session_id);
    assert.ok(conversation_flow.some(({ sources }) => sources.includes("twilio")));
    assert.ok(conversation_flow.some(({ sources }) => sources.includes("relay")));
    assert.equal(((await detailOf(user, transcript_sid)).body as Detail).transcript_sid, transcript_sid);
    const list = await ask("GET", "/api/enhanced-transcripts/?limit=5", { token: user.accessToken });
    assert.deepEqual(
      (list.body as { transcript_sid: string }[]).map((one) => one.transcript_sid),
      [transcript_sid],
    );
    assert.equal((await intelligenceOf(session_id))?.status, "completed");
    const other = await account();
    for (const sid of [transcript_sid, session_id]) assertDetail(await detailOf(other, sid), 404);

    const deleted = await ask("DELETE", `/api/voice/sessions/${session_id}`, { token: user.accessToken });
    assert.equal(deleted.status, 200, deleted.text);
    await eventually(async () => {
      const path = `/api/erasure-receipts?session_id=${session_id}`;
      const { body } = await ask("GET", path, { token: user.accessToken });
      const receipts = body as { what: string; status: string; erased_at?: string }[];
      assert.deepEqual(receipts.map(({ what, status }) => `${what} ${status}`).sort(), [
        "call pending",
        "recording erased",
        "transcript erased",
      ]);
      assert.equal(receipts.filter(({ erased_at }) => erased_at).length, 2);
    });
    const [transcripts, recordings] = (await Promise.all([
      control("GET", "transcripts"),
      control("GET", "recordings"),
    ])) as { sid: string; deletedAt: number | null }[][];
    assert.ok(transcripts?.find(({ sid }) => sid === transcript_sid)?.deletedAt);
    const receipt = (await providerErasures(firestore()).where("sessionId", "==", session_id).get()).docs.map(
      (document) => document.data(),
    );
    const recordingSid = receipt.find(({ what }) => what === "recording")?.sid;
    assert.ok(recordings?.find(({ sid }) => sid === recordingSid)?.deletedAt);
    assertDetail(await detailOf(user, transcript_sid), 404);
  });

  it("that is told of before it is there, or never, is asked after and found", async function () {
    this.timeout(90_000);
    const user = await account();
    const { session_id } = await recordedCall(user, {
      sentences: SENTENCES,
      delayMs: 300,
      webhook: { drop: true },
    });
    const sid = await eventually(async () => {
      const { transcriptSid } = (await intelligenceOf(session_id)) ?? {};
      assert.match(transcriptSid ?? "", /^GT/);
      return transcriptSid ?? "";
    });
    await new Promise((resolve) => setTimeout(resolve, 700));
    // Without Twilio's the conversation is whole all the same.
    const own = await eventually(async () => {
      const { body, text } = await detailOf(user, session_id);
      assert.equal((body as Detail).transcript_sid, session_id, text);
      return body as Detail;
    });
    assert.ok(own.conversation_flow.length >= 2);
    const { checkTranscripts } = await import("../../src/transcripts/checkTranscripts.js");
    const later = { ...stackCtx(), now: () => new Date(Date.now() + 10 * 60_000) };
    await checkTranscripts(later);
    assert.equal((await enhanced(user, session_id)).transcript_sid, sid);
  });

  it("and its recording, of which nothing was told before the session was erased, are found and erased", async function () {
    this.timeout(90_000);
    const user = await account();
    const { session_id, call_sid } = await recordedCall(user, { sentences: SENTENCES, answerMs: 1_500 });
    const deleted = await ask("DELETE", `/api/voice/sessions/${session_id}`, { token: user.accessToken });
    assert.equal(deleted.status, 200, deleted.text);
    await eventually(async () => {
      const erasure = await providerErasures(firestore()).doc(call_sid).get();
      assert.equal(erasure.data()?.status, "pending");
    });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const { eraseAgainAtProviders } = await import("../../src/transcripts/eraseAtProviders.js");
    await eraseAgainAtProviders({ ...stackCtx(), now: () => new Date(Date.now() + 16 * 60_000) });
    const [transcripts, recordings] = (await Promise.all([
      control("GET", "transcripts"),
      control("GET", "recordings"),
    ])) as { sid: string; customerKey?: string; callSid?: string; deletedAt: number | null }[][];
    const held = [
      ...(transcripts ?? []).filter(({ customerKey }) => customerKey === session_id),
      ...(recordings ?? []).filter(({ callSid }) => callSid === call_sid),
    ];
    assert.ok(held.length >= 1);
    assert.ok(
      held.every(({ deletedAt }) => deletedAt !== null),
      JSON.stringify(held),
    );
  });

  it("of which Twilio has not told is erased with its recording", async function () {
    this.timeout(90_000);
    const { session_id, recording, transcript_sid } = await transcribedCall();
    const { system } = callWorld();
    await eraseAtProviders(system, { sessionId: session_id, userId: "ann", call: { recording } });
    assert.ok(await isErased(transcript_sid));
    for (const sid of [transcript_sid, recording.recordingSid])
      assert.equal((await providerErasures(system.db).doc(sid).get()).data()?.status, "erased", sid);
  });

  it("that is there only after its recording was erased is found a quarter of an hour later", async function () {
    this.timeout(90_000);
    const { session_id, call_sid, recording, transcript_sid } = await transcribedCall();
    const { world, system } = callWorld();
    const { recordingSid } = recording;
    const ofSession = { sessionId: session_id, userId: "ann" };
    // As if Twilio had known of no transcript then.
    await deleteRecording(await twilioAccount(system.config), recordingSid);
    const receipt = newErasure(system, { what: "recording", sid: recordingSid, ...ofSession });
    await providerErasures(system.db)
      .doc(recordingSid)
      .set({ ...receipt, status: "erased", dueAt: null });
    await eraseAtProviders(system, { ...ofSession, call: { callSid: call_sid, record: true } });
    assert.equal(await isErased(transcript_sid), false);
    world.pass(901);
    await eraseAgainAtProviders(system);
    assert.ok(await isErased(transcript_sid));
    for (const sid of [transcript_sid, call_sid])
      assert.equal((await providerErasures(system.db).doc(sid).get()).data()?.status, "erased", sid);
  });

  it("that the check has asked for is not asked for again where the recording is told of once more", async function () {
    this.timeout(90_000);
    const { session_id, call_sid, recording, transcript_sid } = await transcribedCall();
    const { world, system } = callWorld({
      USE_TWILIO_VOICE_INTELLIGENCE: "true",
      TWILIO_VOICE_INTELLIGENCE_SID: fromStack("TWILIO_VOICE_INTELLIGENCE_SID"),
    });
    const call = {
      direction: "outbound",
      callSid: call_sid,
      from: "+14155550100",
      to: "+14155550123",
      maxMinutes: 1,
      record: true,
      recording,
      checkAt: null,
      // Whoever wrote this down has not come to asking.
      intelligence: {
        status: "requested",
        transcriptSid: null,
        isAsked: false,
        checkAt: Timestamp.now(),
        checks: 0,
      },
    };
    const session = {
      ...storedSession(world, { sessionId: session_id, userId: "ann", status: "ended" }),
      call,
    };
    await sessions(system.db).doc(session_id).withConverter(null).set(session);
    world.pass(61);
    await checkTranscripts(system);
    const told = { session: session_id, CallSid: call_sid, RecordingSid: recording.recordingSid };
    await recordCallRecording(system, { ...told, RecordingStatus: "completed", RecordingChannels: 2 });
    const known = (await sessions(system.db).doc(session_id).get()).data()?.call?.intelligence;
    assert.deepEqual([known?.transcriptSid, known?.isAsked], [transcript_sid, true]);
    assert.deepEqual(
      world.log.filter(({ message }) => String(message).includes("could not be asked for")),
      [],
    );
  });

  it("that is told of before Twilio has answered that it makes one is taken in", async function () {
    this.timeout(60_000);
    const user = await account();
    const { session_id } = await recordedCall(user, { sentences: SENTENCES, answerMs: 2_000, delayMs: 50 });
    const { transcript_sid } = await enhanced(user, session_id);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const known = await intelligenceOf(session_id);
    assert.deepEqual([known?.status, known?.transcriptSid], ["completed", transcript_sid]);
  });

  it("that fails, or is empty, leaves the conversation as it was", async function () {
    this.timeout(90_000);
    const user = await account();
    const failed = await recordedCall(user, { status: "failed" });
    const empty = await recordedCall(user, { sentences: [] });
    const detail = await enhanced(user, empty.session_id);
    assert.ok(detail.conversation_flow.every(({ sources }) => sources.join() === "relay"));
    const { body, text } = await detailOf(user, failed.session_id);
    assert.equal((body as Detail).transcript_sid, failed.session_id, text);
  });

  it("is told of by Twilio alone, in its own name", async () => {
    const body = JSON.stringify({
      transcript_sid: `GT${"0".repeat(32)}`,
      customer_key: newId(),
      event_type: "voice_intelligence_transcript_available",
    });
    const post = (path: string, headers: Record<string, string> = {}) =>
      send(path, { method: "POST", body, headers: { "Content-Type": "application/json", ...headers } });
    const { sha256 } = await import("../../src/core/ids.js");
    const { signatureOf } = await import("../../src/providers/twilioSignature.js");
    const signed = (path: string) => ({
      "X-Twilio-Signature": signatureOf(fromStack("TWILIO_AUTH_TOKEN"), {
        url: fromStack("HOSTING_URL") + path,
      }),
    });
    const right = `/twilio/intelligence?bodySHA256=${sha256(body)}`;
    const wrong = `/twilio/intelligence?bodySHA256=${sha256(`${body} `)}`;
    const without = "/twilio/intelligence";
    for (const answer of [
      await post(right),
      await post(wrong, signed(wrong)),
      await post(without, signed(without)),
      await post(right, signed(wrong)),
    ]) {
      assertDetail(answer, 403);
    }
    assert.equal((await post(right, signed(right))).status, 204, "of nobody's call: nothing happens");
  });

  it("is asked for once, however often the recording is told of", async function () {
    this.timeout(60_000);
    const user = await account();
    const { session_id, call_sid } = await recordedCall(user, { sentences: SENTENCES });
    await enhanced(user, session_id);
    const session = (await sessions(firestore()).doc(session_id).get()).data();
    const told: RecordingInput = {
      session: session_id,
      CallSid: call_sid,
      RecordingSid: session?.call?.recording?.recordingSid ?? "",
      RecordingStatus: "completed",
      RecordingDuration: 5,
      RecordingChannels: 2,
    };
    for (let time = 0; time < 3; time += 1) await recordCallRecording(stackCtx(), told);
    const transcripts = (await control("GET", "transcripts")) as { customerKey?: string | null }[];
    assert.equal(transcripts.filter(({ customerKey }) => customerKey === session_id).length, 1);
  });
});

function stackCtx() {
  const ctx = createCtx();
  return { ...ctx, db: ctx.db, config: { ...ctx.config, USE_TWILIO_VOICE_INTELLIGENCE: true } };
}
