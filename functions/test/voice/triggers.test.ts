import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Firestore, Timestamp } from "firebase-admin/firestore";
import makeTest from "firebase-functions-test";
import { describe, it } from "mocha";
import { firestore } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import { connectVoice } from "../../src/voice/connectVoice";
import { recordConversation } from "../../src/voice/recordConversation";
import { sessions } from "../../src/voice/store";
import { saveVoiceTranscript } from "../../src/voice/transcript";
import { eraseDeletedSession, finishEndedSession } from "../../src/voice/triggers";
import { eventually } from "../support/eventually";
import { collectionsBelow } from "../support/everyDocument";
import { send } from "../support/http";
import { signedInUser } from "../support/signedInUser";
import { fromStack } from "../support/stackEnvironment";
import { spokenTurn, storedSession, usedResponse } from "../support/storedSession";
import { type TestWorld, testWorld } from "../support/testCtx";

const testing = makeTest({ projectId: fromStack("GCLOUD_PROJECT") });
const finish = testing.wrap(finishEndedSession);
const erase = testing.wrap(eraseDeletedSession);

/** In the emulator's own database, on which the deployed triggers listen. */
const realWorld = () => testWorld(new Date(), firestore());

/** A session that no user has, with two turns. */
async function spokenSession(): Promise<{ db: Firestore; sessionId: string; userId: string }> {
  const world = realWorld();
  const [sessionId, userId] = [newId(), newId()];
  await connectVoice(world.as(userId), { sessionId, userId });
  await speak(world, sessionId, userId);
  return { db: world.db, sessionId, userId };
}

/** One that was stored as ended, so that the deployed trigger, which hears of updates, is not told of it as well. */
async function endedSession(): Promise<{ db: Firestore; sessionId: string }> {
  const world = realWorld();
  const [sessionId, userId] = [newId(), newId()];
  await sessions(world.db)
    .doc(sessionId)
    .set(storedSession(world, { sessionId, userId, status: "ended" }));
  await speak(world, sessionId, userId);
  return { db: world.db, sessionId };
}

async function speak(world: TestWorld, sessionId: string, userId: string): Promise<void> {
  await recordConversation(world.as(), sessionId, {
    turns: ["hello", "hi there"].map((content, order) =>
      spokenTurn(world, { sessionId, userId, itemId: `item-${order}`, order, role: "user", content }),
    ),
    responses: [{ responseId: "r1", used: usedResponse(world, { audioOut: 7, costUsd: 0.5 }) }],
  });
}

async function messagesOf(db: Firestore, sessionId: string): Promise<string[]> {
  const transcript = await db.doc(`voiceTranscripts/${sessionId}`).get();
  assert.ok(transcript.get("completedAt"), "the transcript is complete");
  return transcript.get("messages").map((message: { content: string }) => message.content);
}

/** An update of a session from one status to another, as Firestore tells of it. */
function becoming(sessionId: string, before: string, after: string) {
  const snapshot = (status: string) =>
    testing.firestore.makeDocumentSnapshot({ sessionId, status }, `voiceSessions/${sessionId}`);
  return { params: { sessionId }, data: testing.makeChange(snapshot(before), snapshot(after)) };
}

function deletionOf(sessionId: string) {
  const data = testing.firestore.makeDocumentSnapshot({ sessionId }, `voiceSessions/${sessionId}`);
  return { params: { sessionId }, data };
}

describe("deployed triggers", () => {
  it("complete the transcript and add up the usage when a session is ended", async () => {
    const user = await signedInUser();
    const world = realWorld();
    const sessionId = newId();
    await connectVoice(world.as(user.uid), { sessionId, userId: user.uid });
    await recordConversation(world.as(), sessionId, {
      turns: [
        spokenTurn(world, {
          sessionId,
          userId: user.uid,
          itemId: "i",
          order: 0,
          role: "user",
          content: "hello",
        }),
      ],
      responses: [{ responseId: "r1", used: usedResponse(world, { audioOut: 7, costUsd: 0.5 }) }],
    });
    const path = `/api/voice/sessions/${sessionId}`;
    await send(`${path}/end`, { method: "POST", token: user.idToken });
    await eventually(async () => assert.deepEqual(await messagesOf(world.db, sessionId), ["hello"]));
    const session = await send(path, { token: user.idToken });
    assert.equal((session.body as { usage?: { costUsd: number } }).usage?.costUsd, 0.5);
    const transcript = await send(`${path}/transcript`, { token: user.idToken });
    assert.equal((transcript.body as { complete: boolean }).complete, true);
  });

  it("erase what hangs on a session whose document is deleted, by whatever", async () => {
    const { db, sessionId } = await spokenSession();
    await db.doc(`voiceSessions/${sessionId}`).delete();
    await eventually(async () => {
      for (const collection of ["voiceSessions", "voiceTranscripts"]) {
        assert.deepEqual(await collectionsBelow(db.doc(`${collection}/${sessionId}`)), []);
      }
      assert.ok((await db.collection("voiceTickets").where("sessionId", "==", sessionId).get()).empty);
    });
  });

  it("end expired sessions when the schedule fires, and that completes their transcripts", async () => {
    const { db, sessionId, userId } = await spokenSession();
    const past = Timestamp.fromMillis(Date.now() - 3_600_000);
    await sessions(db)
      .doc(sessionId)
      .set(storedSession(realWorld(), { sessionId, userId, createdAt: past }));
    const trigger = `functions/projects/${fromStack("GCLOUD_PROJECT")}/triggers/us-central1-endExpiredSessions-0`;
    const url = `http://127.0.0.1:${fromStack("FUNCTIONS_PORT")}/${trigger}`;
    const fired = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    });
    assert.equal(fired.status, 200);
    await eventually(async () => {
      const session = await db.doc(`voiceSessions/${sessionId}`).get();
      assert.deepEqual([session.get("status"), session.get("endReason")], ["ended", "expired"]);
      assert.deepEqual(await messagesOf(db, sessionId), ["hello", "hi there"]);
    });
  });
});

describe("triggers told of it", () => {
  it("three times over finish a session as if they were told once", async () => {
    const { db, sessionId } = await endedSession();
    const told = becoming(sessionId, "active", "ended");
    await finish(told);
    await Promise.all([finish(told), finish(told)]);
    assert.deepEqual(await messagesOf(db, sessionId), ["hello", "hi there"]);
    assert.equal((await db.doc(`voiceSessions/${sessionId}`).get()).get("usage").audioOut, 7);
  });

  it("of other updates do nothing", async () => {
    const { db, sessionId } = await spokenSession();
    for (const [before, after] of [
      ["active", "active"],
      ["ended", "ended"],
      ["ended", "active"],
    ] as const) {
      await finish(becoming(sessionId, before, after));
    }
    assert.equal((await db.doc(`voiceTranscripts/${sessionId}`).get()).exists, false);
  });

  it("before the session has ended, as it now stands, leave it open", async () => {
    const { db, sessionId } = await spokenSession();
    await finish(becoming(sessionId, "active", "ended"));
    assert.equal((await db.doc(`voiceTranscripts/${sessionId}`).get()).exists, false);
    assert.equal((await db.doc(`voiceSessions/${sessionId}`).get()).get("usage"), undefined);
  });

  it("in the wrong order, the end after the deletion, bring nothing back", async () => {
    const { db, sessionId } = await spokenSession();
    await db.doc(`voiceSessions/${sessionId}`).delete();
    await erase(deletionOf(sessionId));
    await finish(becoming(sessionId, "active", "ended"));
    await erase(deletionOf(sessionId));
    for (const collection of ["voiceSessions", "voiceTranscripts"]) {
      const document = db.doc(`${collection}/${sessionId}`);
      assert.equal((await document.get()).exists, false);
      assert.deepEqual(await collectionsBelow(document), []);
    }
  });

  it("too late, the deletion after the session was opened anew, erase nothing of the new one", async () => {
    const { db, sessionId, userId } = await spokenSession();
    const world = realWorld();
    await db.doc(`voiceSessions/${sessionId}`).delete();
    await erase(deletionOf(sessionId));
    await connectVoice(world.as(userId), { sessionId, userId });
    const messages = [{ role: "user" as const, content: "anew", timestamp: world.now().toISOString() }];
    await saveVoiceTranscript(world.as(userId), { sessionId, messages });
    await erase(deletionOf(sessionId));
    // The deployed trigger was told of the deletion as well.
    await sleep(500);
    const transcript = await db.doc(`voiceTranscripts/${sessionId}`).get();
    assert.equal(transcript.get("messages")[0].content, "anew");
  });

  it("of a failure fail, so that they are told again", async () => {
    const { db, sessionId } = await endedSession();
    const turn = db.doc(`voiceTranscripts/${sessionId}/turns/item-0`);
    await turn.update({ content: 7 });
    await assert.rejects(async () => finish(becoming(sessionId, "active", "ended")));
    await turn.update({ content: "hello" });
    await finish(becoming(sessionId, "active", "ended"));
    assert.deepEqual(await messagesOf(db, sessionId), ["hello", "hi there"]);
  });
});
