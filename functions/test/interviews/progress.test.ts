import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import makeTest from "firebase-functions-test";
import { describe, it } from "mocha";
import { firestore } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import { createInterview } from "../../src/interviews/createInterview";
import { deleteInterview } from "../../src/interviews/deleteInterview";
import { getInterview } from "../../src/interviews/readInterviews";
import { recordPractice } from "../../src/interviews/recordPractice";
import { createInput, type Interview, type QuestionProgress } from "../../src/interviews/schemas";
import { interviews } from "../../src/interviews/store";
import { countInterviewSession } from "../../src/interviews/triggers";
import { endSession } from "../../src/voice/endSession";
import { recordConversation } from "../../src/voice/recordConversation";
import { type SessionDoc, sessions } from "../../src/voice/store";
import { finishTranscript, saveVoiceTranscript } from "../../src/voice/transcript";
import { costOf } from "../support/countedFirestore";
import { eventually } from "../support/eventually";
import { send } from "../support/http";
import { signedInUser } from "../support/signedInUser";
import { fromStack } from "../support/stackEnvironment";
import { spokenTurn, storedSession } from "../support/storedSession";
import { type TestWorld, testWorld } from "../support/testCtx";

const testing = makeTest({ projectId: fromStack("GCLOUD_PROJECT") });
const count = testing.wrap(countInterviewSession);

const parsed = createInput.parse({ type: "case", role: "Consultant", questions: ["One?", "Two?", "Three?"] });

interface Practised extends Partial<SessionDoc> {
  sessionId: string;
  interviewId: string;
  questionNumber?: number;
}

/** Stores a session of Ann's in which a question is practised, the first where none is named. */
async function practise(world: TestWorld, { interviewId, questionNumber = 1, ...one }: Practised) {
  const session = storedSession(world, { ...one, interview: { interviewId, questionNumber } });
  await sessions(world.db).doc(one.sessionId).set(session);
}

async function progressOf(world: TestWorld, id: string, question = 1): Promise<QuestionProgress | undefined> {
  return (await getInterview(world.as("ann"), { id })).progress[question - 1];
}

const at = (second: number) => Timestamp.fromMillis(Date.UTC(2026, 10, 20, 12, 0, second));
const written = (second: number) => at(second).toDate().toISOString();

describe("deployed triggers", () => {
  it("begin a question when its session appears, and complete it when that has ended", async () => {
    const user = await signedInUser();
    const created = await send("/api/v1/interviews", {
      method: "POST",
      token: user.idToken,
      body: { type: "case", role: "Consultant", questions: ["One?", "Two?"] },
    });
    const { id } = created.body as Interview;
    const progress = async () =>
      ((await send(`/api/v1/interviews/${id}`, { token: user.idToken })).body as Interview).progress;
    const world = testWorld(new Date(), firestore());
    const sessionId = newId();
    await practise(world, { sessionId, interviewId: id, questionNumber: 2, userId: user.uid });
    const startedAt = world.now().toISOString();
    const untouched = { questionNumber: 1, status: "not_started", sessionIds: [] };
    await eventually(async () =>
      assert.deepEqual(await progress(), [
        untouched,
        { questionNumber: 2, status: "in_progress", sessionIds: [sessionId], startedAt },
      ]),
    );
    world.pass(90);
    await endSession(world.as(), sessionId, "client");
    const endedAt = world.now().toISOString();
    await eventually(async () =>
      assert.deepEqual(await progress(), [
        untouched,
        { questionNumber: 2, status: "completed", sessionIds: [sessionId], startedAt, endedAt },
      ]),
    );
  });
});

describe("deployed triggers, where what was said is told late", () => {
  it("complete a question that seemed not to have been practised", async () => {
    const [user, world] = [await signedInUser(), testWorld(new Date(), firestore())];
    const ann = { ...world.as(user.uid), newId };
    const { id } = await createInterview(ann, parsed);
    const status = async () => (await getInterview(ann, { id })).progress[0]?.status;
    const sessionId = newId();
    await practise(world, { sessionId, interviewId: id, userId: user.uid });
    await eventually(async () => assert.equal(await status(), "in_progress"));
    await endSession(world.as(), sessionId, "replaced");
    await eventually(async () => assert.equal(await status(), "not_started"));
    const message = { role: "user", content: "Yes.", timestamp: world.now().toISOString() } as const;
    await saveVoiceTranscript(ann, { sessionId, messages: [message] });
    await eventually(async () => assert.equal(await status(), "completed"));
  });
});

describe("triggers told of it", () => {
  const snapshot = (sessionId: string, data: object) =>
    testing.firestore.makeDocumentSnapshot({ sessionId, ...data }, `voiceSessions/${sessionId}`);
  const told = (sessionId: string, was: object, is: object) => ({
    params: { sessionId },
    data: testing.makeChange(snapshot(sessionId, was), snapshot(sessionId, is)),
  });

  it("of a session without an interview, or of one that goes on, do not even read it", async () => {
    const sessionId = newId();
    // Whoever reads this one fails.
    await firestore().doc(`voiceSessions/${sessionId}`).set({ status: "unreadable" });
    const open = { status: "active", interview: { interviewId: newId(), questionNumber: 1 } };
    const ended = { ...open, status: "ended" };
    for (const [was, is] of [
      [{}, { status: "active" }],
      [{ status: "active" }, { status: "ended" }],
      [open, { ...open, relayId: "r" }],
      [ended, { ...ended, relayId: null }],
    ] as const) {
      await count(told(sessionId, was, is));
    }
    for (const [was, is] of [
      [{ status: "active" }, open],
      [open, ended],
      // Named only once it had ended.
      [{ status: "ended" }, ended],
    ] as const) {
      await assert.rejects(async () => count(told(sessionId, was, is)));
    }
  });

  it("in the wrong order and many times over come to the same", async () => {
    const world = testWorld(new Date(), firestore());
    const { id } = await createInterview({ ...world.as("ann"), newId }, parsed);
    const sessionId = newId();
    const [createdAt, endedAt] = [at(0), at(30)];
    const ended = { status: "ended", endReason: "client", endedAt } as const;
    await practise(world, { sessionId, interviewId: id, createdAt, ...ended });
    const open = { status: "active", interview: { interviewId: id, questionNumber: 1 } };
    const appearing = told(sessionId, { status: "active" }, open);
    const ending = told(sessionId, open, { ...open, status: "ended" });
    await count(ending);
    await Promise.all([count(appearing), count(ending), count(appearing)]);
    assert.deepEqual(await progressOf(world, id), {
      questionNumber: 1,
      status: "completed",
      sessionIds: [sessionId],
      startedAt: written(0),
      endedAt: written(30),
    });
  });
});

describe("the progress of a question", () => {
  it("is the same in whatever order its sessions are counted in, and keeps the latest ten", async () => {
    const orders = [
      (numbers: number[]) => numbers,
      (numbers: number[]) => numbers.toReversed(),
      (numbers: number[]) => [...numbers.filter((n) => n % 3 === 0), ...numbers.toReversed(), ...numbers],
    ];
    for (const ordered of orders) {
      const world = testWorld();
      const { id } = await createInterview(world.as("ann"), parsed);
      const numbers = Array.from({ length: 12 }, (_, n) => n);
      for (const n of numbers) {
        const createdAt = at(n);
        // Of twelve, the first six have ended, the longest last of all.
        const endedAt = at(n === 0 ? 50 : 20 + n);
        const ended = n < 6 ? ({ status: "ended", endReason: "client", endedAt } as const) : {};
        await practise(world, { sessionId: `s${n}`, interviewId: id, createdAt, ...ended });
      }
      for (const n of ordered(numbers)) await recordPractice(world.as(), `s${n}`);
      assert.deepEqual(await progressOf(world, id), {
        questionNumber: 1,
        status: "completed",
        sessionIds: [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((n) => `s${n}`),
        startedAt: written(0),
        endedAt: written(50),
      });
    }
  });

  it("never goes back: practised again, a completed question stays completed", async () => {
    const world = testWorld();
    const { id } = await createInterview(world.as("ann"), parsed);
    await practise(world, {
      sessionId: "s1",
      interviewId: id,
      status: "ended",
      endReason: "client",
      createdAt: at(0),
      endedAt: at(9),
    });
    await recordPractice(world.as(), "s1");
    await practise(world, { sessionId: "s2", interviewId: id, createdAt: at(20) });
    await recordPractice(world.as(), "s2");
    assert.deepEqual(await progressOf(world, id), {
      questionNumber: 1,
      status: "completed",
      sessionIds: ["s2", "s1"],
      startedAt: written(0),
      endedAt: written(9),
    });
  });

  it("counts in every session of those that are told of at once", async function () {
    // They wait for one another's locks.
    this.timeout(60_000);
    const world = testWorld();
    const { id } = await createInterview(world.as("ann"), parsed);
    for (const n of [1, 2, 3]) {
      await practise(world, { sessionId: `s${n}`, interviewId: id, questionNumber: n === 3 ? 2 : 1 });
    }
    await Promise.all([1, 2, 3].map((n) => recordPractice(world.as(), `s${n}`)));
    assert.deepEqual((await progressOf(world, id))?.sessionIds, ["s1", "s2"]);
    assert.deepEqual((await progressOf(world, id, 2))?.sessionIds, ["s3"]);
    assert.equal((await progressOf(world, id, 3))?.status, "not_started");
  });

  describe("where a session was not ended by its user,", () => {
    const unused = { questionNumber: 1, status: "not_started", sessionIds: [] };

    /** An interview, and a session of its first question that has begun. */
    async function begun() {
      const world = testWorld();
      const { id } = await createInterview(world.as("ann"), parsed);
      await practise(world, { sessionId: "s1", interviewId: id });
      await recordPractice(world.as(), "s1");
      return { world, id };
    }

    for (const reason of ["expired", "idle", "hangup", "replaced"] as const) {
      it(`is what it was before, if nothing was said in it: ${reason}`, async () => {
        const { world, id } = await begun();
        await endSession(world.as(), "s1", reason);
        await finishTranscript(world.as(), "s1");
        await recordPractice(world.as(), "s1");
        assert.deepEqual(await progressOf(world, id), unused);
        assert.deepEqual((await interviews(world.db).doc(id).get()).data()?.openSessions, []);
      });
    }

    it("is that of the others, if nothing was said in it, in whatever order they are told of", async () => {
      for (const order of [
        ["s1", "s2"],
        ["s2", "s1"],
      ]) {
        const { world, id } = await begun();
        world.pass(20);
        const startedAt = world.now().toISOString();
        await practise(world, { sessionId: "s2", interviewId: id });
        await recordPractice(world.as(), "s2");
        await endSession(world.as(), "s1", "expired");
        world.pass(20);
        await endSession(world.as(), "s2", "client");
        for (const sessionId of [...order, ...order]) await recordPractice(world.as(), sessionId);
        const endedAt = world.now().toISOString();
        const practised = { status: "completed", sessionIds: ["s2"], startedAt, endedAt };
        assert.deepEqual(await progressOf(world, id), { questionNumber: 1, ...practised });
      }
    });

    it("is completed by what was recorded in it, and by what was saved", async () => {
      for (const say of [
        async (world: TestWorld) => {
          const turn = { sessionId: "s1", itemId: "i1", order: 0, role: "user", content: "Yes." } as const;
          await recordConversation(world.as(), "s1", { turns: [spokenTurn(world, turn)], responses: [] });
        },
        async (world: TestWorld) => {
          const message = { role: "user", content: "Yes.", timestamp: world.now().toISOString() } as const;
          await saveVoiceTranscript(world.as("ann"), { sessionId: "s1", messages: [message] });
        },
      ]) {
        const { world, id } = await begun();
        await say(world);
        await endSession(world.as(), "s1", "expired");
        await recordPractice(world.as(), "s1");
        assert.equal((await progressOf(world, id))?.status, "completed");
      }
    });

    it("costs two reads more to tell", async () => {
      const { world } = await begun();
      await endSession(world.as(), "s1", "expired");
      const { reads, writes, queries } = await costOf(world.db, () => recordPractice(world.as(), "s1"));
      // A query that finds nothing is billed as one read.
      assert.deepEqual([reads + queries.length, writes], [4, 1]);
    });
  });

  it("is not touched by a session of another user, or of a question that there is not", async () => {
    const world = testWorld();
    const { id } = await createInterview(world.as("ann"), parsed);
    await practise(world, { sessionId: "s1", interviewId: id, userId: "bob" });
    await practise(world, { sessionId: "s2", interviewId: id, questionNumber: 4 });
    await practise(world, { sessionId: "s3", interviewId: id, questionNumber: 0 });
    for (const sessionId of ["s1", "s2", "s3", "missing"]) {
      const cost = await costOf(world.db, () => recordPractice(world.as(), sessionId));
      assert.equal(cost.writes, 0, sessionId);
    }
    const { progress } = await getInterview(world.as("ann"), { id });
    assert.ok(progress.every(({ status }) => status === "not_started"));
  });

  it("of an interview that was deleted is not brought back", async () => {
    const world = testWorld();
    const { id } = await createInterview(world.as("ann"), parsed);
    await practise(world, { sessionId: "s1", interviewId: id });
    await deleteInterview(world.as("ann"), { id });
    await recordPractice(world.as(), "s1");
    assert.equal((await interviews(world.db).doc(id).get()).exists, false);
  });

  it("costs what it says: what is known already is not written again", async () => {
    const world = testWorld();
    const { id } = await createInterview(world.as("ann"), parsed);
    await practise(world, { sessionId: "s1", interviewId: id });
    const first = await costOf(world.db, () => recordPractice(world.as(), "s1"));
    assert.deepEqual([first.reads, first.writes], [2, 1]);
    const again = await costOf(world.db, () => recordPractice(world.as(), "s1"));
    assert.deepEqual([again.reads, again.writes], [2, 0]);
    await sessions(world.db)
      .doc("s2")
      .set(storedSession(world, { sessionId: "s2" }));
    const other = await costOf(world.db, () => recordPractice(world.as(), "s2"));
    assert.deepEqual([other.reads, other.writes], [1, 0]);
  });
});
