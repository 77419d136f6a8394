import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createInterview } from "../../src/interviews/createInterview";
import { forgetPractice } from "../../src/interviews/forgetPractice";
import { getInterview } from "../../src/interviews/readInterviews";
import { recordPractice } from "../../src/interviews/recordPractice";
import { createInput } from "../../src/interviews/schemas";
import { interviews } from "../../src/interviews/store";
import { endSession } from "../../src/voice/endSession";
import { sessions } from "../../src/voice/store";
import { costOf } from "../support/countedFirestore";
import { storedSession } from "../support/storedSession";
import { testWorld } from "../support/testCtx";

describe("A session of an interview that is no more", () => {
  const world = testWorld();
  const parsed = createInput.parse({ type: "case", role: "Consultant", questions: ["One?"] });

  async function practised(...sessionIds: string[]) {
    const { id } = await createInterview(world.as("ann"), parsed);
    const interview = { interviewId: id, questionNumber: 1 };
    for (const sessionId of sessionIds) {
      await sessions(world.db).doc(sessionId).set(storedSession(world, { sessionId, interview }));
      await recordPractice(world.as(), sessionId);
    }
    const progress = async () => (await getInterview(world.as("ann"), { id })).progress[0];
    const open = async () => (await interviews(world.db).doc(id).get()).data()?.openSessions;
    return { interview, progress, open };
  }

  it("leaves its question as if it had never been begun", async () => {
    const { interview, progress, open } = await practised("a1");
    await forgetPractice(world.as(), "a1", interview);
    assert.deepEqual(await progress(), { questionNumber: 1, status: "not_started", sessionIds: [] });
    assert.deepEqual(await open(), []);
  });

  it("leaves the others, and what was completed", async () => {
    const { interview, progress } = await practised("b1", "b2");
    await endSession(world.as(), "b1", "client");
    await recordPractice(world.as(), "b1");
    await forgetPractice(world.as(), "b1", interview);
    assert.deepEqual([(await progress())?.status, (await progress())?.sessionIds], ["completed", ["b2"]]);
    await forgetPractice(world.as(), "b2", interview);
    assert.deepEqual([(await progress())?.status, (await progress())?.sessionIds], ["completed", []]);
  });

  it("is told of again, of an interview that is gone, or of none, at no cost of writes", async () => {
    const { interview } = await practised("c1");
    await forgetPractice(world.as(), "c1", interview);
    for (const told of [
      interview,
      { interviewId: "gone", questionNumber: 1 },
      undefined,
      { interviewId: "" },
    ]) {
      const { writes } = await costOf(world.db, () => forgetPractice(world.as(), "c1", told));
      assert.equal(writes, 0);
    }
  });
});
