import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { connectVoice } from "../../src/voice/connectVoice";
import { endVoiceSession } from "../../src/voice/endSession";
import { getVoiceSession } from "../../src/voice/readSessions";
import { recordConversation } from "../../src/voice/recordConversation";
import { finishTranscript, getVoiceTranscript, saveVoiceTranscript } from "../../src/voice/transcript";
import { rejectsWith } from "../support/appError";
import { costOf } from "../support/countedFirestore";
import { spokenTurn, usedResponse } from "../support/storedSession";
import { type TestWorld, testWorld } from "../support/testCtx";

const SESSION = { sessionId: "session-1" };
const ref = { ...SESSION };

async function openSession(): Promise<TestWorld> {
  const world = testWorld();
  await connectVoice(world.as("ann"), { ...SESSION, userId: "ann" });
  return world;
}

const turn = (world: TestWorld, order: number, role: "user" | "assistant", content: string, more = {}) =>
  spokenTurn(world, { ...SESSION, itemId: `item-${order}`, order, role, content, ...more });

const record = (world: TestWorld, ...turns: ReturnType<typeof turn>[]) =>
  recordConversation(world.as(), SESSION.sessionId, { turns, responses: [] });

const said = (world: TestWorld, role: "user" | "assistant", content: string) => ({
  role,
  content,
  timestamp: world.now().toISOString(),
});

async function contents(world: TestWorld): Promise<string[]> {
  return (await getVoiceTranscript(world.as("ann"), ref)).messages.map((message) => message.content);
}

describe("the transcript of a session", () => {
  it("shows what was spoken so far while the session is open, in the order of the conversation", async () => {
    const world = await openSession();
    assert.deepEqual(await contents(world), []);
    await record(world, turn(world, 2, "user", "third"));
    await record(world, turn(world, 0, "user", "first"), turn(world, 1, "assistant", "second"));
    await record(world, turn(world, 1.5, "assistant", "between"));
    assert.deepEqual(await contents(world), ["first", "second", "between", "third"]);
    assert.equal((await getVoiceTranscript(world.as("ann"), ref)).complete, false);
  });

  it("is completed from the turns when the session ends, with its usage added up", async () => {
    const world = await openSession();
    await recordConversation(world.as(), SESSION.sessionId, {
      turns: [
        turn(world, 0, "user", "hello"),
        turn(world, 1, "assistant", "hi, I", { interrupted: true, heardMs: 300 }),
      ],
      responses: [
        { responseId: "r1", used: usedResponse(world, { audioIn: 10, audioOut: 20, costUsd: 0.1 }) },
        { responseId: "r2", used: usedResponse(world, { audioIn: 1, audioOut: 2, costUsd: 0.2 }) },
      ],
    });
    await endVoiceSession(world.as("ann"), ref);
    await finishTranscript(world.as(), SESSION.sessionId);
    const transcript = await getVoiceTranscript(world.as("ann"), ref);
    assert.equal(transcript.complete, true);
    assert.deepEqual(
      transcript.messages.map(({ timestamp, ...message }) => message),
      [
        { role: "user", content: "hello", itemId: "item-0" },
        { role: "assistant", content: "hi, I", itemId: "item-1", interrupted: true },
      ],
    );
    const { usage } = await getVoiceSession(world.as("ann"), ref);
    assert.deepEqual([usage?.responses, usage?.audioIn, usage?.audioOut, usage?.costUsd], [2, 11, 22, 0.3]);
  });

  it("is not completed while the session is open, nor made for one that is gone", async () => {
    const world = await openSession();
    await record(world, turn(world, 0, "user", "hello"));
    await finishTranscript(world.as(), SESSION.sessionId);
    await finishTranscript(world.as(), "missing");
    assert.ok((await world.db.collection("voiceTranscripts").get()).empty);
  });

  it("keeps what only the client heard, in its place, before and after the end", async () => {
    const world = await openSession();
    const hello = said(world, "user", "Hello");
    world.pass(5);
    const aside = said(world, "user", "(typed) an aside");
    await saveVoiceTranscript(world.as("ann"), { ...SESSION, messages: [hello, aside] });
    world.pass(-5);
    await record(world, turn(world, 0, "user", "hello "));
    world.pass(10);
    await record(world, turn(world, 1, "assistant", "goodbye"));
    assert.deepEqual(await contents(world), ["hello ", "(typed) an aside", "goodbye"]);
    await endVoiceSession(world.as("ann"), ref);
    await finishTranscript(world.as(), SESSION.sessionId);
    assert.deepEqual(await contents(world), ["hello ", "(typed) an aside", "goodbye"]);
    await saveVoiceTranscript(world.as("ann"), { ...SESSION, messages: [] });
    assert.deepEqual(
      await contents(world),
      ["hello ", "goodbye"],
      "the recorded turns are not the client's to drop",
    );
  });

  it("comes out the same when it is finished again, and takes in a turn that was late", async () => {
    const world = await openSession();
    const yes = said(world, "user", "yes");
    await record(world, turn(world, 0, "user", "yes"));
    await saveVoiceTranscript(world.as("ann"), { ...SESSION, messages: [yes, yes] });
    await endVoiceSession(world.as("ann"), ref);
    await finishTranscript(world.as(), SESSION.sessionId);
    const once = await getVoiceTranscript(world.as("ann"), ref);
    assert.equal(once.messages.length, 2, "said twice, recorded once");
    await finishTranscript(world.as(), SESSION.sessionId);
    assert.deepEqual(await getVoiceTranscript(world.as("ann"), ref), once);

    await record(world, turn(world, 1, "assistant", "late"));
    await Promise.all([1, 2].map(() => finishTranscript(world.as(), SESSION.sessionId)));
    assert.deepEqual((await contents(world)).sort(), ["late", "yes", "yes"]);
  });

  it("once cut for its size says so for good", async () => {
    const world = await openSession();
    const long = Array.from({ length: 50 }, (_, n) => turn(world, n, "user", `${n} ${"x".repeat(20_000)}`));
    await record(world, ...long);
    await saveVoiceTranscript(world.as("ann"), {
      ...SESSION,
      messages: [said(world, "user", "lost at the end")],
    });
    await endVoiceSession(world.as("ann"), ref);
    for (let n = 0; n < 2; n += 1) {
      await finishTranscript(world.as(), SESSION.sessionId);
      const transcript = await getVoiceTranscript(world.as("ann"), ref);
      assert.equal(transcript.truncated, true);
      assert.ok(transcript.messages.length < 50);
    }
    await saveVoiceTranscript(world.as("ann"), { ...SESSION, messages: [] });
    assert.equal((await getVoiceTranscript(world.as("ann"), ref)).truncated, true);
  });

  it("is made of no more turns than it can hold, and is whole up to there", async () => {
    const world = await openSession();
    const turns = Array.from({ length: 120 }, (_, order) =>
      turn(world, order, "user", `${order} ${"x".repeat(30_000)}`),
    );
    await record(world, ...turns);
    await endVoiceSession(world.as("ann"), ref);
    const { reads } = await costOf(world.db, () => finishTranscript(world.as(), SESSION.sessionId));
    assert.ok(reads <= 60, `${reads} reads`);
    const { messages, truncated } = await getVoiceTranscript(world.as("ann"), ref);
    assert.ok(truncated);
    assert.ok(messages.length >= 25);
    assert.deepEqual(
      messages.map(({ itemId }) => itemId),
      messages.map((_, order) => `item-${order}`),
    );
  });

  it("of many turns holds them all, in order", async () => {
    const world = await openSession();
    const turns = Array.from({ length: 100 }, (_, order) => turn(world, order, "user", `turn ${order}`));
    await record(world, ...turns);
    await endVoiceSession(world.as("ann"), ref);
    await finishTranscript(world.as(), SESSION.sessionId);
    assert.deepEqual(
      await contents(world),
      turns.map(({ content }) => content),
    );
  });

  it("costs what it says", async () => {
    const world = await openSession();
    await record(world, turn(world, 0, "user", "a"), turn(world, 1, "user", "b"));
    const messages = [said(world, "user", "c")];
    const saving = await costOf(world.db, () =>
      saveVoiceTranscript(world.as("ann"), { ...SESSION, messages }),
    );
    assert.deepEqual([saving.transactions, saving.reads, saving.writes], [1, 2, 1]);
    const open = await costOf(world.db, () => getVoiceTranscript(world.as("ann"), ref));
    assert.deepEqual([open.reads, open.writes], [4, 0]);
    await endVoiceSession(world.as("ann"), ref);
    const finishing = await costOf(world.db, () => finishTranscript(world.as(), SESSION.sessionId));
    assert.deepEqual([finishing.transactions, finishing.reads, finishing.writes], [1, 4, 2]);
    const complete = await costOf(world.db, () => getVoiceTranscript(world.as("ann"), ref));
    assert.deepEqual([complete.reads, complete.writes], [2, 0]);
  });

  it("of a missing session or another user's can neither be read nor saved", async () => {
    const world = await openSession();
    for (const [uid, sessionId] of [
      ["bob", SESSION.sessionId],
      ["ann", "missing"],
    ] as const) {
      await rejectsWith("not_found", getVoiceTranscript(world.as(uid), { sessionId }));
      const saving = saveVoiceTranscript(world.as(uid), { sessionId, messages: [] });
      assert.equal((await rejectsWith("permission_denied", saving)).safeMessage, "Unauthorized");
    }
    assert.ok((await world.db.collection("voiceTranscripts").get()).empty);
  });
});

describe("recording a conversation", () => {
  it("twice changes nothing, and a turn that was cut off afterwards replaces itself", async () => {
    const world = await openSession();
    const used = { responseId: "r1", used: usedResponse(world, { audioOut: 20, costUsd: 0.1 }) };
    const whole = turn(world, 0, "assistant", "a long answer");
    const cut = turn(world, 0, "assistant", "a long", { interrupted: true, heardMs: 400 });
    for (const spoken of [whole, whole, cut, cut]) {
      await recordConversation(world.as(), SESSION.sessionId, { turns: [spoken], responses: [used] });
    }
    assert.deepEqual(await contents(world), ["a long"]);
    await endVoiceSession(world.as("ann"), ref);
    await finishTranscript(world.as(), SESSION.sessionId);
    assert.equal((await getVoiceSession(world.as("ann"), ref)).usage?.audioOut, 20);
  });

  it("of a session that is gone stores nothing and says so", async () => {
    const world = testWorld();
    assert.equal(await record(world, turn(world, 0, "user", "hello")), false);
    assert.equal((await world.db.listCollections()).length, 0);
  });
});
