import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { firestore } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import { createInterview } from "../../src/interviews/createInterview";
import { interviewQuestion } from "../../src/interviews/interviewQuestion";
import { getInterview } from "../../src/interviews/readInterviews";
import { recordPractice } from "../../src/interviews/recordPractice";
import { replaceSessions } from "../../src/interviews/replaceSessions";
import { createInput } from "../../src/interviews/schemas";
import { recordConversation } from "../../src/voice/recordConversation";
import { type SessionDoc, sessions } from "../../src/voice/store";
import { costOf } from "../support/countedFirestore";
import { eventually } from "../support/eventually";
import { spokenTurn, storedSession } from "../support/storedSession";
import { type TestWorld, testWorld } from "../support/testCtx";

const parsed = createInput.parse({ type: "case", role: "Consultant", questions: ["One?", "Two?"] });

/** Stores an open session of Ann's in an interview, which began at this second. */
async function open(
  world: TestWorld,
  one: Partial<SessionDoc> & {
    sessionId: string;
    interviewId: string;
    second: number;
    questionNumber?: number;
  },
): Promise<void> {
  const { interviewId, second, questionNumber = 1, ...rest } = one;
  const createdAt = Timestamp.fromMillis(world.now().getTime() + second * 1_000);
  const interview = { interviewId, questionNumber };
  await sessions(world.db)
    .doc(one.sessionId)
    .set(storedSession(world, { ...rest, createdAt, interview }));
}

/** What the trigger does for a session that appears. */
async function appear(world: TestWorld, sessionId: string): Promise<void> {
  await recordPractice(world.as(), sessionId);
  await replaceSessions(world.as(), sessionId);
}

async function statusOf(world: TestWorld, sessionId: string): Promise<string | undefined> {
  const session = (await sessions(world.db).doc(sessionId).get()).data();
  return session?.endReason ?? session?.status;
}

async function openIn(world: TestWorld, interviewId: string): Promise<readonly string[]> {
  const asked = { interview_id: interviewId, question_number: 1 };
  return (await interviewQuestion(world.as("ann"), asked)).openSessionIds;
}

describe("an interview", () => {
  it("has one session at a time: a new one ends those before it, by the deployed triggers", async () => {
    const world = testWorld(new Date(), firestore());
    const { id } = await createInterview({ ...world.as("ann"), newId }, parsed);
    const [first, second] = [newId(), newId()];
    await open(world, { sessionId: first, interviewId: id, second: 0 });
    await eventually(async () => assert.deepEqual(await openIn(world, id), [first]));
    await open(world, { sessionId: second, interviewId: id, second: 1 });
    await eventually(async () => {
      assert.equal(await statusOf(world, first), "replaced");
      assert.deepEqual(await openIn(world, id), [second]);
    });
    assert.equal(await statusOf(world, second), "active");
  });

  it("keeps the session that began last, in whatever order they are told of, and however often", async () => {
    for (const order of [
      ["s1", "s2", "s3"],
      ["s3", "s2", "s1"],
      ["s2", "s3", "s1", "s3", "s2", "s3"],
    ]) {
      const world = testWorld();
      const { id } = await createInterview(world.as("ann"), parsed);
      for (const second of [1, 2, 3]) await open(world, { sessionId: `s${second}`, interviewId: id, second });
      for (const sessionId of order) await appear(world, sessionId);
      assert.deepEqual(
        await Promise.all(["s1", "s2", "s3"].map((sessionId) => statusOf(world, sessionId))),
        ["replaced", "replaced", "active"],
        order.join(),
      );
      assert.deepEqual(await openIn(world, id), ["s3"]);
    }
  });

  /** A user answers the first question, until a session of `questionNumber` takes the place of that one. */
  async function replacedBy(questionNumber: number, isAnswered: boolean) {
    const world = testWorld();
    const { id } = await createInterview(world.as("ann"), parsed);
    await open(world, { sessionId: "s1", interviewId: id, second: 1 });
    await appear(world, "s1");
    if (isAnswered) {
      const turn = { sessionId: "s1", itemId: "i1", order: 0, role: "user", content: "Well" } as const;
      await recordConversation(world.as(), "s1", { turns: [spokenTurn(world, turn)], responses: [] });
    }
    await open(world, { sessionId: "s2", interviewId: id, second: 2, questionNumber });
    // The end of the first is told of too, early, late and often.
    for (const sessionId of ["s2", "s1", "s2", "s1"]) await appear(world, sessionId);
    const { progress } = await getInterview(world.as("ann"), { id });
    assert.deepEqual(await openIn(world, id), ["s2"]);
    return progress.map(({ status, sessionIds }) => [status, ...sessionIds]);
  }

  it("asks a question again without completing it", async () => {
    assert.deepEqual(await replacedBy(1, false), [["in_progress", "s2"], ["not_started"]]);
    assert.deepEqual(await replacedBy(1, true), [["in_progress", "s2", "s1"], ["not_started"]]);
  });

  it("goes on to the next question: the one before is completed if it was answered", async () => {
    const begun = ["in_progress", "s2"];
    assert.deepEqual(await replacedBy(2, false), [["not_started"], begun]);
    assert.deepEqual(await replacedBy(2, true), [["completed", "s1"], begun]);
  });

  it("ends nobody else's session, and none of another interview", async () => {
    const world = testWorld();
    const { id } = await createInterview(world.as("ann"), parsed);
    const other = await createInterview(world.as("ann"), parsed);
    await open(world, { sessionId: "other", interviewId: other.id, second: 0 });
    await open(world, { sessionId: "bobs", interviewId: id, second: 1, userId: "bob" });
    await open(world, { sessionId: "own", interviewId: id, second: 2 });
    for (const sessionId of ["other", "bobs", "own", "bobs", "missing"]) await appear(world, sessionId);
    for (const sessionId of ["other", "bobs", "own"]) {
      assert.equal(await statusOf(world, sessionId), "active", sessionId);
    }
  });

  it("forgets an open session that was deleted once the next begins", async () => {
    const world = testWorld();
    const { id } = await createInterview(world.as("ann"), parsed);
    await open(world, { sessionId: "s1", interviewId: id, second: 1 });
    await appear(world, "s1");
    await sessions(world.db).doc("s1").delete();
    await open(world, { sessionId: "s2", interviewId: id, second: 2 });
    await appear(world, "s2");
    assert.deepEqual(await openIn(world, id), ["s2"]);
  });

  it("costs two reads to look after where nothing is to be ended", async () => {
    const world = testWorld();
    const { id } = await createInterview(world.as("ann"), parsed);
    await open(world, { sessionId: "s1", interviewId: id, second: 1 });
    await recordPractice(world.as(), "s1");
    const cost = await costOf(world.db, () => replaceSessions(world.as(), "s1"));
    assert.deepEqual([cost.reads, cost.writes], [2, 0]);
  });
});
