import assert from "node:assert/strict";
import type { Firestore } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { firestore } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import { connectVoice } from "../../src/voice/connectVoice";
import { deleteVoiceSession, eraseSession } from "../../src/voice/deleteSession";
import { recordConversation } from "../../src/voice/recordConversation";
import { saveVoiceTranscript } from "../../src/voice/transcript";
import { collectionsBelow, everyDocument } from "../support/everyDocument";
import { signedInUser } from "../support/signedInUser";
import { spokenTurn, usedResponse } from "../support/storedSession";
import { type TestWorld, testWorld } from "../support/testCtx";
import { VOICE_APIS } from "../support/voiceApi";

/** A session with something in every place where something can be. */
async function fullSession(world: TestWorld, user: string, sessionId: string): Promise<void> {
  await connectVoice(world.as(user), { sessionId, userId: user });
  const messages = [{ role: "user" as const, content: "hi", timestamp: world.now().toISOString() }];
  await saveVoiceTranscript(world.as(user), { sessionId, messages });
  await recordConversation(world.as(), sessionId, {
    turns: Array.from({ length: 30 }, (_, order) =>
      spokenTurn(world, {
        sessionId,
        userId: user,
        itemId: `item-${order}`,
        order,
        role: "user",
        content: "x",
      }),
    ),
    responses: [{ responseId: "r1", used: usedResponse(world, {}) }],
  });
}

/** Whatever still names the session, in its path or in a field. */
async function tracesOf(db: Firestore, sessionId: string): Promise<string[]> {
  const all = await everyDocument(db);
  return all
    .filter(({ path, data }) => path.includes(sessionId) || JSON.stringify(data).includes(sessionId))
    .map(({ path }) => path);
}

describe("deleting a session", () => {
  it("leaves no trace of it anywhere, and nothing of others is touched", async () => {
    const world = testWorld();
    const [mine, other] = [newId(), newId()];
    await fullSession(world, "ann", mine);
    await fullSession(world, "ann", other);
    const before = await tracesOf(world.db, other);
    assert.equal((await tracesOf(world.db, mine)).length, 1 + 1 + 1 + 30 + 1 + 1);
    await deleteVoiceSession(world.as("ann"), { sessionId: mine });
    assert.deepEqual(await tracesOf(world.db, mine), []);
    assert.deepEqual(await tracesOf(world.db, other), before);
  });

  it("leaves no trace of it over each door", async () => {
    const db = firestore();
    const world = testWorld(new Date(), db);
    for (const api of VOICE_APIS) {
      const user = await signedInUser();
      const sessionId = newId();
      await fullSession(world, user.uid, sessionId);
      await api.erase(user, sessionId);
      const places = [`voiceSessions/${sessionId}`, `voiceTranscripts/${sessionId}`].map((path) =>
        db.doc(path),
      );
      for (const place of places) {
        assert.equal((await place.get()).exists, false);
        assert.deepEqual(await collectionsBelow(place), []);
      }
      assert.ok((await db.collection("voiceTickets").where("sessionId", "==", sessionId).get()).empty);
      const limits = await db.doc(`voiceUsers/${user.uid}`).get();
      assert.deepEqual(limits.get("active"), {});
    }
  });

  it("is finished by the erasing that follows where it broke off, again and again", async () => {
    const world = testWorld();
    const sessionId = newId();
    await fullSession(world, "ann", sessionId);
    await world.db.doc(`voiceSessions/${sessionId}`).delete();
    await Promise.all([eraseSession(world.as(), sessionId), eraseSession(world.as(), sessionId)]);
    await eraseSession(world.as(), sessionId);
    const left = await tracesOf(world.db, sessionId);
    assert.deepEqual(left, ["voiceUsers/ann"], "only the count of open sessions, until it expires");
  });

  it("that was opened anew before it was erased erases the old conversation and keeps the new one", async () => {
    const world = testWorld();
    const sessionId = newId();
    await fullSession(world, "ann", sessionId);
    await world.db.doc(`voiceSessions/${sessionId}`).delete();
    await connectVoice(world.as("ann"), { sessionId, userId: "ann" });
    const anew = spokenTurn(world, { sessionId, itemId: "anew", order: 0, role: "user", content: "anew" });
    await recordConversation(world.as(), sessionId, { turns: [anew], responses: [] });
    await eraseSession(world.as(), sessionId);
    const left = (await tracesOf(world.db, sessionId)).map((trace) =>
      trace.replace(/^(voiceTickets)\/.*/, "$1"),
    );
    assert.deepEqual(left.sort(), [
      `voiceSessions/${sessionId}`,
      "voiceTickets",
      `voiceTranscripts/${sessionId}/turns/anew`,
      "voiceUsers/ann",
    ]);
  });

  it("leaves alone what is written while it is being erased", async () => {
    const world = testWorld();
    const sessionId = newId();
    await fullSession(world, "ann", sessionId);
    await world.db.doc(`voiceSessions/${sessionId}`).delete();
    await Promise.all([
      eraseSession(world.as(), sessionId),
      fullSession(world, "ann", sessionId),
      eraseSession(world.as(), sessionId),
    ]);
    await eraseSession(world.as(), sessionId);
    const left = await tracesOf(world.db, sessionId);
    assert.equal(left.length, 1 + 1 + 1 + 30 + 1 + 1);
  });

  it("told late does not erase a session of that id that was opened since", async () => {
    const world = testWorld();
    const sessionId = newId();
    await fullSession(world, "ann", sessionId);
    await deleteVoiceSession(world.as("ann"), { sessionId });
    await fullSession(world, "ann", sessionId);
    const before = await tracesOf(world.db, sessionId);
    await eraseSession(world.as(), sessionId);
    assert.deepEqual(await tracesOf(world.db, sessionId), before);
  });
});
