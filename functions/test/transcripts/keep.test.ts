import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import type { Ctx } from "../../src/core/ctx";
import { listInput } from "../../src/transcripts/apiSchemas";
import { enhancedTranscript, listedTranscript } from "../../src/transcripts/enhancedTranscript";
import { eraseTranscript } from "../../src/transcripts/eraseTranscripts";
import { exportTranscript } from "../../src/transcripts/exportTranscript";
import { getTranscript } from "../../src/transcripts/getTranscript";
import { keepTranscript } from "../../src/transcripts/keepTranscript";
import { listTranscripts } from "../../src/transcripts/listTranscripts";
import { enhancedTranscripts, transcriptParts } from "../../src/transcripts/store";
import { deleteVoiceSession } from "../../src/voice/deleteSession";
import { recordConversation } from "../../src/voice/recordConversation";
import { sessions, type TurnDoc, transcripts } from "../../src/voice/store";
import { finishTranscript, saveVoiceTranscript } from "../../src/voice/transcript";
import { rejectsWith } from "../support/appError";
import { callWorld } from "../support/callWorld";
import { costOf } from "../support/countedFirestore";
import { storedSession } from "../support/storedSession";
import { type TestWorld, testWorld } from "../support/testCtx";

interface Held {
  sessionId: string;
  userId?: string;
  words?: string[];
  at?: Date;
  scenario?: string;
  direction?: "outbound" | "inbound";
}

/** A conversation that has been held and is over, its transcript complete. */
async function held(world: TestWorld, { sessionId, userId = "ann", words = ["Hello."], ...more }: Held) {
  const ctx = world.as(userId);
  const at = more.at ?? world.now();
  const scenario = { persona: "p", prompt: "p", voiceType: "neutral", onVoicemail: "carry_on" as const };
  const session = storedSession(ctx, {
    sessionId,
    userId,
    status: "ended",
    createdAt: Timestamp.fromDate(at),
    endedAt: Timestamp.fromMillis(at.getTime() + words.length * 4_000),
    ...(more.scenario ? { scenario: { ...scenario, scenarioId: more.scenario } } : {}),
  });
  await sessions(world.db).doc(sessionId).set(session);
  const turns = words.map(
    (content, index): TurnDoc => ({
      sessionId,
      userId,
      itemId: `item_${String(index).padStart(6, "0")}`,
      role: index % 2 === 0 ? "assistant" : "user",
      content,
      timestamp: Timestamp.fromMillis(at.getTime() + index * 4_000),
      order: index,
      interrupted: false,
    }),
  );
  for (let from = 0; from < turns.length; from += 400) {
    await recordConversation(ctx, sessionId, { turns: turns.slice(from, from + 400), responses: [] });
  }
  await finishTranscript(ctx, sessionId);
  await keepTranscript(world.as(), sessionId);
}

const ask = (ctx: Ctx, input: object = {}) => listTranscripts(ctx, listInput.parse(input));
const idsOf = ({ transcripts }: { transcripts: { id: string }[] }) => transcripts.map(({ id }) => id);

describe("an enhanced transcript", () => {
  it("is listed and read in the shapes of the guide, by its user alone", async () => {
    const world = testWorld();
    await held(world, {
      sessionId: "s1",
      words: ["Hello, this is Mike.", "Hi.", "How are you?"],
      scenario: "sales",
    });
    const [one, ...more] = (await ask(world.as("ann"))).transcripts;
    assert.deepEqual(more, []);
    assert.deepEqual(listedTranscript.parse(one), one);
    assert.deepEqual(
      { ...one, summary: undefined },
      {
        id: "s1",
        transcript_sid: "s1",
        call_date: "2026-11-20T12:00:00.000Z",
        duration: 12,
        call_direction: "app",
        scenario_name: "sales",
        participant_count: 2,
        conversation_turns: 3,
        total_words: 8,
        summary: undefined,
      },
    );
    assert.deepEqual(one?.summary.participant_info, {
      "0": { role: "customer", name: "Customer" },
      "1": { role: "agent", name: "AI Agent" },
    });
    const whole = await getTranscript(world.as("ann"), { transcript_sid: "s1" });
    assert.deepEqual(enhancedTranscript.parse(whole), whole);
    assert.deepEqual(
      whole.conversation_flow.map(({ sequence, speaker, text, start_time }) => [
        sequence,
        speaker.role,
        text,
        start_time,
      ]),
      [
        [1, "agent", "Hello, this is Mike.", 0],
        [2, "customer", "Hi.", 4],
        [3, "agent", "How are you?", 8],
      ],
    );
    assert.equal(whole.summary_data.total_words, 8);
    for (const sid of ["s1", "none", `GT${"0".repeat(32)}`]) {
      await rejectsWith("not_found", getTranscript(world.as("bob"), { transcript_sid: sid }));
    }
    assert.deepEqual(idsOf(await ask(world.as("bob"))), []);
  });

  it("is the same however often it is made, and more where more is known", async () => {
    const world = testWorld();
    await held(world, { sessionId: "s1", words: ["Hello."] });
    const first = await getTranscript(world.as("ann"), { transcript_sid: "s1" });
    await keepTranscript(world.as(), "s1");
    assert.deepEqual(await getTranscript(world.as("ann"), { transcript_sid: "s1" }), first);
    const late = {
      sessionId: "s1",
      userId: "ann",
      itemId: "late",
      role: "user" as const,
      content: "Bye.",
      timestamp: Timestamp.fromMillis(world.now().getTime() + 3_000),
      order: 5,
      interrupted: false,
    };
    await recordConversation(world.as(), "s1", { turns: [late], responses: [] });
    await finishTranscript(world.as(), "s1");
    await keepTranscript(world.as(), "s1");
    const more = await getTranscript(world.as("ann"), { transcript_sid: "s1" });
    assert.deepEqual(
      more.conversation_flow.map(({ text }) => text),
      ["Hello.", "Bye."],
    );
  });

  it("has what a client saves after the end, and is never put back to what was known before", async () => {
    const world = testWorld();
    await held(world, { sessionId: "s1", words: ["Hello."] });
    const before = world.now();
    world.pass(5);
    const message = {
      role: "user" as const,
      content: "Only the client has this.",
      timestamp: world.now().toISOString(),
    };
    const changed = async () =>
      (await transcripts(world.db).doc("s1").get()).data()?.completedAt?.toDate().getTime();
    assert.equal(await changed(), before.getTime());
    await saveVoiceTranscript(world.as("ann"), { sessionId: "s1", messages: [message] });
    assert.equal(await changed(), world.now().getTime(), "the trigger is told");
    await keepTranscript(world.as(), "s1");
    const { conversation_flow } = await getTranscript(world.as("ann"), { transcript_sid: "s1" });
    assert.deepEqual(
      conversation_flow.map(({ text }) => text),
      ["Hello.", "Only the client has this."],
    );
  });

  it("ends with its last turn where nobody has ended it, but the clock", async () => {
    const world = testWorld();
    await held(world, { sessionId: "s1", words: ["Hello.", "Hi."] });
    const { userId, endedAt } = (await sessions(world.db).doc("s1").get()).data() ?? {};
    for (const [endReason, least, most] of [
      ["expired", 4, 8],
      ["idle", 4, 8],
      ["client", 1_800, 1_800],
    ] as const) {
      const late = Timestamp.fromMillis((endedAt?.toMillis() ?? 0) - 8_000 + 1_800_000);
      await sessions(world.db).doc("s1").update({ endReason, endedAt: late });
      await keepTranscript(world.as(), "s1");
      const [listed] = (await ask(world.as(userId))).transcripts;
      const { duration, summary_data } = await getTranscript(world.as(userId), { transcript_sid: "s1" });
      assert.ok(duration >= least && duration <= most, `${endReason}: ${duration}`);
      assert.equal(listed?.duration, duration);
      assert.equal(summary_data.total_duration_seconds, duration);
      assert.ok(summary_data.total_silence_seconds <= duration);
    }
  });

  it("stays where a deletion is told again after a session of that name was opened anew", async () => {
    const world = testWorld();
    await held(world, { sessionId: "s1" });
    await eraseTranscript(world.as(), "s1");
    assert.ok((await enhancedTranscripts(world.db).doc("s1").get()).exists);
    await deleteVoiceSession(world.as("ann"), { sessionId: "s1" });
    await eraseTranscript(world.as(), "s1");
    assert.equal((await enhancedTranscripts(world.db).doc("s1").get()).exists, false);
  });

  it("is whole where Twilio's sentences cannot be had", async () => {
    const { world, system } = callWorld({ TWILIO_API_BASE_URL: "http://127.0.0.1:9" });
    await held(world, { sessionId: "s1", words: ["Hello.", "Yes."] });
    const call = {
      direction: "outbound",
      callSid: "CA1",
      from: "+14155550100",
      to: "+14155550123",
      maxMinutes: 1,
      record: true,
      checkAt: null,
      intelligence: { status: "completed", transcriptSid: `GT${"0".repeat(32)}`, checkAt: null, checks: 1 },
    };
    await sessions(world.db).doc("s1").withConverter(null).update({ call });
    await enhancedTranscripts(world.db).doc("s1").delete();
    await assert.rejects(keepTranscript(system, "s1"), "to be done again");
    const { conversation_flow } = await getTranscript(world.as("ann"), { transcript_sid: "s1" });
    assert.equal(conversation_flow.length, 2);
  });

  it("is not made before its session has ended, nor after it was erased", async () => {
    const world = testWorld();
    await sessions(world.db)
      .doc("open")
      .set(storedSession(world.as("ann"), { sessionId: "open", userId: "ann" }));
    await keepTranscript(world.as(), "open");
    await held(world, { sessionId: "s1" });
    await deleteVoiceSession(world.as("ann"), { sessionId: "s1" });
    await keepTranscript(world.as(), "s1");
    await keepTranscript(world.as(), "never");
    assert.equal((await enhancedTranscripts(world.db).doc("open").get()).exists, false);
    assert.equal((await enhancedTranscripts(world.db).doc("never").get()).exists, false);
  });

  it("holds a conversation that no document does, whole", async function () {
    this.timeout(60_000);
    const world = testWorld();
    const words = Array.from({ length: 2_000 }, (_, at) => `Turn ${at}: ${"long words ".repeat(90)}`);
    await held(world, { sessionId: "s1", words });
    const parts = await transcriptParts(world.db, "s1").count().get();
    assert.ok(parts.data().count >= 3);
    const cost = await costOf(world.db, async () => {
      const { conversation_flow } = await getTranscript(world.as("ann"), { transcript_sid: "s1" });
      assert.equal(conversation_flow.length, 2_000);
      for (const [at, turn] of conversation_flow.entries()) assert.ok(turn.text.startsWith(`Turn ${at}:`));
    });
    assert.ok(cost.reads <= 1 + parts.data().count, `${cost.reads} reads`);
    await sessions(world.db).doc("s1").update({ instructions: "x" });
    // Fewer turns leave no old parts behind.
    for (const document of await world.db.collection("voiceTranscripts/s1/turns").listDocuments()) {
      if (!document.id.endsWith("000000")) await document.delete();
    }
    await keepTranscript(world.as(), "s1");
    assert.equal((await transcriptParts(world.db, "s1").count().get()).data().count, 1);
  });

  it("says so where there is more than can be stored, and keeps the rest", async () => {
    const world = testWorld();
    // As JSON each sign is six: no document holds it.
    const long = "\u0001".repeat(180_000);
    await held(world, { sessionId: "s1", words: ["Hello.", long, "Bye."] });
    const { conversation_flow, truncated } = await getTranscript(world.as("ann"), { transcript_sid: "s1" });
    assert.deepEqual([conversation_flow.map(({ text }) => text), truncated], [["Hello.", "Bye."], true]);
    const [line] = world.log.filter(({ severity }) => severity === "ERROR");
    assert.equal(line?.sessionId, "s1");
    await held(world, { sessionId: "s2" });
    assert.ok(!("truncated" in (await getTranscript(world.as("ann"), { transcript_sid: "s2" }))));
  });

  it("is given as text, WebVTT, CSV and a page, each under its own type", async () => {
    const world = testWorld();
    await held(world, { sessionId: "s1", words: ["=SUM(A1)", "<b>Hi</b> --> there"] });
    const as = async (format: "text" | "vtt" | "csv" | "html") => {
      const answer = await exportTranscript(world.as("ann"), { transcript_sid: "s1", format });
      assert.ok("body" in answer);
      return answer;
    };
    assert.match((await as("text")).body, /=SUM\(A1\)/);
    const csv = await as("csv");
    assert.match(csv.body, /"'=SUM\(A1\)"/);
    assert.equal(csv.headers["Content-Disposition"], 'attachment; filename="transcript-s1.csv"');
    assert.match((await as("vtt")).body, /^WEBVTT/);
    const page = await as("html");
    assert.doesNotMatch(page.body, /<b>Hi/);
    assert.match(page.headers["Content-Security-Policy"] ?? "", /default-src 'none'/);
    assert.equal(page.type, "text/html; charset=utf-8");
    await rejectsWith(
      "not_found",
      exportTranscript(world.as("bob"), { transcript_sid: "s1", format: "html" }),
    );
  });
});

describe("the list of transcripts", () => {
  it("pages exactly, also where many began in the same instant, by cursor and by skip", async () => {
    const world = testWorld();
    const ids = Array.from({ length: 7 }, (_, at) => `same-${at}`);
    for (const sessionId of ids) await held(world, { sessionId });
    await held(world, { sessionId: "older", at: new Date("2026-11-19T00:00:00Z") });
    await held(world, { sessionId: "bobs", userId: "bob" });
    const all = [...ids].reverse().concat("older");
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ask(world.as("ann"), { limit: "3", ...(cursor ? { cursor } : {}) });
      seen.push(...idsOf(page));
      cursor = page.nextCursor;
    } while (cursor);
    assert.deepEqual(seen, all);
    for (const skip of [0, 3, 6, 8, 20]) {
      assert.deepEqual(idsOf(await ask(world.as("ann"), { skip, limit: 3 })), all.slice(skip, skip + 3));
    }
    const cost = await costOf(world.db, () => ask(world.as("ann"), { limit: 3 }));
    assert.equal(cost.reads, 4);
  });

  it("is filtered by direction, scenario and date, in any combination", async () => {
    const world = testWorld();
    const on = (day: string) => new Date(`2026-11-${day}T12:00:00Z`);
    await held(world, { sessionId: "a", scenario: "sales", at: on("01") });
    await held(world, { sessionId: "b", scenario: "survey", at: on("02") });
    await held(world, { sessionId: "c", scenario: "sales", at: on("03") });
    const ctx = world.as("ann");
    assert.deepEqual(idsOf(await ask(ctx, { scenario_name: "sales" })), ["c", "a"]);
    assert.deepEqual(idsOf(await ask(ctx, { call_direction: "app", scenario_name: "sales" })), ["c", "a"]);
    assert.deepEqual(idsOf(await ask(ctx, { call_direction: "outbound" })), []);
    const range = { date_from: "2026-11-02T12:00:00Z", date_to: "2026-11-03T13:00:00+01:00" };
    assert.deepEqual(idsOf(await ask(ctx, range)), ["b"]);
    assert.deepEqual(idsOf(await ask(ctx, { ...range, scenario_name: "sales" })), []);
    assert.deepEqual(idsOf(await ask(ctx, { date_from: "2026-11-02T00:00:00Z", call_direction: "app" })), [
      "c",
      "b",
    ]);
  });

  it("refuses nonsense, naming the field", async () => {
    for (const [input, field] of [
      [{ skip: "-1" }, "skip"],
      [{ skip: "10001" }, "skip"],
      [{ limit: "0" }, "limit"],
      [{ limit: "101" }, "limit"],
      [{ call_direction: "sideways" }, "call_direction"],
      [{ date_from: "yesterday" }, "date_from"],
      [{ date_from: "0000-01-01T00:00:00Z" }, "date_from"],
      [{ date_to: "9999-12-31T23:59:59-05:00" }, "date_to"],
      [{ skip: "1", cursor: "x" }, "skip"],
    ] as const) {
      assert.equal(listInput.safeParse(input).error?.issues[0]?.path[0], field);
    }
    assert.equal(listInput.safeParse({ user: "bob" }).success, false);
    for (const cursor of ["x", "e30", Buffer.from('[1,2,"../x"]').toString("base64url")]) {
      await rejectsWith("invalid_argument", ask(testWorld().as("ann"), { cursor }));
    }
  });
});
