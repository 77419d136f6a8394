import assert from "node:assert/strict";
import fc from "fast-check";
import { after, before, describe, it } from "mocha";
import { newCall } from "../../simulators/vapi/call";
import { type ScriptInput, scriptSchema } from "../../simulators/vapi/callScript";
import { type ServerMessage, serverMessages } from "../../simulators/vapi/serverMessages";
import { newId } from "../../src/core/ids";
import { receiveVapiEvent } from "../../src/vapi/receiveEvent";
import { startVapiSession } from "../../src/vapi/startSession";
import { deleteVoiceSession } from "../../src/voice/deleteSession";
import { endVoiceSession } from "../../src/voice/endSession";
import { sessions, turns } from "../../src/voice/store";
import { finishTranscript, getVoiceTranscript, saveVoiceTranscript } from "../../src/voice/transcript";
import { type PatientContext, vapiSessionId } from "../../src/voice/vapiSessions";
import { costOf } from "../support/countedFirestore";
import { everyDocument } from "../support/everyDocument";
import { type VapiWorld, vapiWorld } from "../support/vapi";

const TURNS: ScriptInput["turns"] = [
  { role: "assistant", text: "Hello, how are you?" },
  { role: "user", text: "My knee hurts." },
  { role: "assistant", text: "Since when?" },
  { role: "user", text: "Since Monday." },
];

interface Held {
  sessionId: string;
  uid: string;
  messages: ServerMessage[];
}

describe("what Vapi tells of a call", () => {
  let world: VapiWorld;
  before(async () => {
    world = await vapiWorld();
  });
  after(() => world.vapi.stop());

  async function started(): Promise<{ uid: string; context: PatientContext; sessionId: string }> {
    const uid = newId();
    const { data } = await startVapiSession(world.patient(uid), {});
    const context = data.patientContext;
    return { uid, context, sessionId: vapiSessionId(context) };
  }

  /** A session, and all that Vapi would send of a call of it. */
  async function held(script: ScriptInput = {}): Promise<Held> {
    const { uid, context, sessionId } = await started();
    const parsed = scriptSchema.parse({ turns: TURNS, ...script });
    const call = newCall({ assistantId: "assistant-1", metadata: { ...context }, script: parsed });
    return { uid, sessionId, messages: serverMessages(call, "org-1") };
  }

  const receive = (message: Record<string, unknown>) =>
    receiveVapiEvent(world.instance, { message: { type: "", ...message } });
  const receiveAll = async (messages: ServerMessage[]) => {
    for (const message of messages) await receive(message);
  };
  const stored = async (sessionId: string) => (await sessions(world.db).doc(sessionId).get()).data();
  const storedTurns = async (sessionId: string) =>
    (await turns(world.db, sessionId).orderBy("order").get()).docs.map((one) => one.data());
  const only = (messages: ServerMessage[], type: string, more: object = {}) =>
    messages.filter(
      (message) =>
        message.type === type && Object.entries(more).every(([name, value]) => message[name] === value),
    );
  const transcriptOf = async ({ uid, sessionId }: Pick<Held, "uid" | "sessionId">) => {
    await finishTranscript(world.as(), sessionId);
    return getVoiceTranscript(world.as(uid), { sessionId });
  };
  const said = (messages: { role: string; content: string }[]) =>
    messages.map(({ role, content }) => ({ role, text: content }));

  it("binds the session to its call, stores each turn as it is spoken, and at the end ends it", async () => {
    const { uid, sessionId, messages } = await held();
    await receiveAll(only(messages, "status-update", { status: "in-progress" }));
    const { id } = { ...(messages[0]?.call as { id: string } | undefined) };
    assert.equal((await stored(sessionId))?.vapi?.callId, id);
    const finals = only(messages, "transcript", { transcriptType: "final" });
    await receiveAll(finals.slice(0, 2));
    const soFar = await getVoiceTranscript(world.as(uid), { sessionId });
    assert.deepEqual([said(soFar.messages), soFar.complete], [TURNS?.slice(0, 2), false]);
    await receiveAll(finals.slice(2));
    await receiveAll(only(messages, "status-update", { status: "ended" }));
    const session = await stored(sessionId);
    assert.deepEqual([session?.status, session?.endReason], ["ended", "hangup"]);
    assert.deepEqual(said((await transcriptOf({ uid, sessionId })).messages), TURNS);
  });

  it("fills in the whole conversation by its report, also where nothing was told live, and completes it", async () => {
    const { uid, sessionId, messages } = await held({ endedReason: "assistant-ended-call" });
    await receiveAll(only(messages, "end-of-call-report"));
    const transcript = await getVoiceTranscript(world.as(uid), { sessionId });
    assert.equal(transcript.complete, true);
    assert.deepEqual(said(transcript.messages), TURNS);
    const times = transcript.messages.map(({ timestamp }) => Date.parse(timestamp));
    assert.deepEqual(
      times.map((time) => time - (times[0] ?? 0)),
      [0, 2_000, 4_000, 6_000],
    );
    const session = await stored(sessionId);
    assert.deepEqual([session?.status, session?.endReason], ["ended", "assistant"]);
    assert.ok(session?.usage, "usage is added up");
  });

  it("comes to the same in any order, however often each message comes", async () => {
    const outcome = async (arriving: (messages: ServerMessage[]) => ServerMessage[]) => {
      const one = await held({ endedReason: "assistant-said-end-call-phrase" });
      await receiveAll(arriving(one.messages));
      const { status, endReason } = (await stored(one.sessionId)) ?? {};
      return { status, endReason, said: said((await transcriptOf(one)).messages) };
    };
    const expected = { status: "ended", endReason: "assistant", said: TURNS };
    assert.deepEqual(await outcome((messages) => messages), expected);
    const { messages } = await held();
    const indexes = messages.map((_, index) => index);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...indexes, ...indexes], { minLength: indexes.length }),
        async (order) => {
          const complete = [...order, ...indexes.filter((index) => !order.includes(index))];
          const arriving = (all: ServerMessage[]) => complete.map((index) => all[index] as ServerMessage);
          assert.deepEqual(await outcome(arriving), expected);
        },
      ),
      { numRuns: 5 },
    );
  });

  it("comes to the same where only one message says why the call ended, and where all come at once", async () => {
    for (const isReportFirst of [false, true]) {
      const { sessionId, messages } = await held({ endedReason: "silence-timed-out" });
      const [status] = only(messages, "status-update", { status: "ended" });
      const untold = { ...status, endedReason: undefined };
      const both = [untold, ...only(messages, "end-of-call-report")] as ServerMessage[];
      await receiveAll(isReportFirst ? both.reverse() : both);
      assert.equal((await stored(sessionId))?.endReason, "idle");
    }
    const one = await held();
    await Promise.all([...one.messages, ...one.messages].map(receive));
    assert.deepEqual(said((await transcriptOf(one)).messages), TURNS);
  });

  it("keeps the turns that were told live where the report has none", async () => {
    const one = await held();
    const [report] = only(one.messages, "end-of-call-report");
    await receiveAll(one.messages.filter(({ type }) => type !== "end-of-call-report"));
    for (const artifact of [undefined, null, {}, { messages: [] }, { messages: "none" }])
      await receive({ ...report, artifact });
    assert.deepEqual(said((await transcriptOf(one)).messages), TURNS);
  });

  it("reads a report loosely: what is no turn is left out, what has no time is put where it began", async () => {
    const { uid, sessionId, messages } = await held();
    const [report] = only(messages, "end-of-call-report");
    const startedAt = "2026-11-20T12:00:00.000Z";
    const told = [
      { role: "system", message: "Hidden instructions." },
      { role: "tool_calls", toolCalls: [] },
      { role: "bot", message: " Hello. ", secondsFromStart: 1.5 },
      { role: "user", message: "" },
      { role: "user", message: 7 },
      null,
      "text",
      { role: "user", message: "Yes.", time: "soon", secondsFromStart: 3 },
      { role: "user", message: "Half \ud83d", time: 1.8e15, secondsFromStart: 1e300 },
    ];
    await receive({ ...report, startedAt, artifact: { messages: told } });
    const transcript = await getVoiceTranscript(world.as(uid), { sessionId });
    assert.deepEqual(
      transcript.messages.map(({ role, content, timestamp }) => [role, content, timestamp]),
      [
        ["assistant", "Hello.", "2026-11-20T12:00:01.500Z"],
        ["user", "Yes.", "2026-11-20T12:00:03.000Z"],
        ["user", "Half \ufffd", startedAt],
      ],
    );
  });

  it("that is said twice in the same words at different times is two turns", async () => {
    const yes = { role: "user" as const, text: "Yes." };
    const one = await held({ turns: [yes, yes] });
    await receiveAll(only(one.messages, "transcript"));
    await receiveAll(only(one.messages, "transcript"));
    assert.equal((await storedTurns(one.sessionId)).length, 2);
  });

  it("is found wherever Vapi puts the metadata, and whatever way it names a final transcript", async () => {
    for (const metadataIn of ["overrides", "call", "assistant"] as const) {
      const { sessionId, messages } = await held({ metadataIn });
      const [final] = only(messages, "transcript", { transcriptType: "final" });
      await receive({ ...final, type: "transcript[transcriptType='final']" });
      assert.equal((await storedTurns(sessionId)).length, 1, metadataIn);
    }
  });

  it("counts from the first call that names the session, not from another", async () => {
    const one = await held();
    await receiveAll(only(one.messages, "status-update", { status: "in-progress" }));
    const others = one.messages.map((message) => ({
      ...message,
      call: { ...(message.call as object), id: "other" },
    }));
    await receiveAll(others as ServerMessage[]);
    const session = await stored(one.sessionId);
    assert.equal(session?.status, "active");
    assert.deepEqual(await storedTurns(one.sessionId), []);
    await receiveAll(one.messages);
    assert.deepEqual(said((await transcriptOf(one)).messages), TURNS);
  });

  it("is passed over where it is of no session: unknown, of another kind, erased, without metadata, or malformed", async () => {
    const { uid, sessionId, messages } = await held();
    await deleteVoiceSession(world.as(uid), { sessionId });
    const count = (await everyDocument(world.db)).length;
    await receiveAll(messages);
    const [message] = messages;
    const call = message?.call as Record<string, unknown>;
    const now = world.now().toISOString();
    for (const metadata of [
      undefined,
      null,
      "text",
      [],
      {},
      { id: "ann" },
      { id: "ann", validatedAt: "yesterday" },
      { id: 7, validatedAt: now },
      { id: "x".repeat(200), validatedAt: now },
      { id: "nobody", validatedAt: now },
      { id: "../voiceUsers/ann", validatedAt: now },
    ]) {
      await receive({ ...message, call: { ...call, assistantOverrides: { metadata } } });
      for (const other of messages)
        await receive({ ...other, call: { ...call, assistantOverrides: { metadata } } });
    }
    for (const malformed of [undefined, null, "call", {}, { id: "" }, { id: 7 }])
      await receive({ ...message, call: malformed });
    assert.equal((await everyDocument(world.db)).length, count, "nothing is stored");
  });

  it("changes and costs nothing where its kind is unknown or a field is not as it must be", async () => {
    const { sessionId, messages } = await held();
    const [first] = messages;
    for (const changed of [
      { type: "something-new", status: "ended" },
      { type: "hang" },
      { type: "transcript", transcriptType: "partial", role: "user", transcript: "I" },
      { type: "transcript", transcriptType: "final", role: "system", transcript: "I" },
      { type: "transcript", transcriptType: "final", role: "user", transcript: " " },
      { type: "transcript", transcriptType: "final", role: "user" },
    ]) {
      const cost = await costOf(world.db, () => receive({ ...first, ...changed }));
      assert.equal(cost.roundTrips, 0, JSON.stringify(changed));
    }
    await receive({ ...first, type: "status-update", status: { ended: true } });
    assert.equal((await stored(sessionId))?.status, "active");
    assert.deepEqual(await storedTurns(sessionId), []);
  });

  it("comes late after the user has ended the session: the reason stays, the words are kept", async () => {
    const one = await held();
    await endVoiceSession(world.as(one.uid), { sessionId: one.sessionId });
    await receiveAll(one.messages);
    assert.equal((await stored(one.sessionId))?.endReason, "client");
    assert.deepEqual(said((await getVoiceTranscript(world.as(one.uid), one)).messages), TURNS);
  });

  it("stands beside what the app has saved itself, without saying anything twice", async () => {
    const one = await held();
    const timestamp = world.now().toISOString();
    const saved = [...(TURNS ?? []).map(({ role, text }) => ({ role, content: text, timestamp }))];
    await saveVoiceTranscript(world.as(one.uid), { sessionId: one.sessionId, messages: saved });
    await receiveAll(one.messages);
    assert.deepEqual(said((await transcriptOf(one)).messages), TURNS);
  });

  it("frees the user's place for another session", async () => {
    const { uid, messages } = await held();
    const first = only(messages, "status-update", { status: "in-progress" });
    await receiveAll(first);
    for (const callId of ["call-a", "call-b"]) {
      const { data } = await startVapiSession(world.patient(uid), {});
      const session = world.db.doc(`voiceSessions/${vapiSessionId(data.patientContext)}`);
      await session.update({ "vapi.callId": callId });
    }
    await assert.rejects(startVapiSession(world.patient(uid), {}));
    await receiveAll(only(messages, "status-update", { status: "ended" }));
    await startVapiSession(world.patient(uid), {});
  });

  it("costs 1 read and 1 write for a turn, and nothing of it is logged", async () => {
    const { messages } = await held({ turns: [{ role: "user", text: "Hidden words." }] });
    await receiveAll(only(messages, "status-update", { status: "in-progress" }));
    const [final] = only(messages, "transcript", { transcriptType: "final" });
    const cost = await costOf(world.db, () => receive(final ?? {}));
    assert.deepEqual([cost.transactions, cost.reads, cost.writes], [1, 1, 1]);
    await receiveAll(messages);
    assert.doesNotMatch(JSON.stringify(world.log), /Hidden words|knee/);
  });

  it("of a conversation of two hours is stored whole", async function () {
    this.timeout(60_000);
    const many = Array.from({ length: 700 }, (_, index) => ({
      role: index % 2 === 0 ? ("assistant" as const) : ("user" as const),
      text: `This is turn ${index} of many.`,
      seconds: 10,
    }));
    const one = await held({ turns: many, leavesOut: ["transcript"] });
    await receiveAll(one.messages);
    const { messages } = await getVoiceTranscript(world.as(one.uid), one);
    assert.deepEqual(
      messages.map(({ content }) => content),
      many.map(({ text }) => text),
    );
  });
});
