import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { eraseUser } from "../../src/accounts/eraseUser";
import { eraseAgainAtProviders, eraseAtProviders } from "../../src/transcripts/eraseAtProviders";
import { enhancedTranscripts, providerErasures } from "../../src/transcripts/store";
import { tendTranscripts } from "../../src/transcripts/tendTranscripts";
import { endSession } from "../../src/voice/endSession";
import { sessions } from "../../src/voice/store";
import { callWorld } from "../support/callWorld";
import { costOf } from "../support/countedFirestore";
import { addPhoneFault } from "../support/phone";
import { storedSession } from "../support/storedSession";
import { testWorld } from "../support/testCtx";

const RECORDING = { recordingSid: `RE${"0".repeat(32)}`, status: "completed" };

describe("what a provider holds of a session that was erased", () => {
  it("is erased there, with a receipt, and tried again for a week where Twilio cannot be told", async () => {
    const { world, system } = callWorld();
    const erased = { sessionId: "s1", userId: "ann", call: { recording: RECORDING } };
    const receipt = async () => (await providerErasures(world.db).doc(RECORDING.recordingSid).get()).data();
    await addPhoneFault({ on: "deleteRecording", status: 503, times: 2 });
    await eraseAtProviders(system, erased);
    assert.deepEqual([(await receipt())?.status, (await receipt())?.attempts], ["pending", 1]);
    await eraseAtProviders(system, erased);
    assert.equal((await receipt())?.attempts, 1, "told of again it is not tried again at once");
    await eraseAgainAtProviders(system);
    assert.equal((await receipt())?.attempts, 1, "not before its time");
    world.pass(301);
    await eraseAgainAtProviders(system);
    assert.equal((await receipt())?.attempts, 2);
    world.pass(3_601);
    await eraseAgainAtProviders(system);
    const done = await receipt();
    assert.deepEqual([done?.status, done?.dueAt], ["erased", null]);
    assert.ok(done?.erasedAt);
  });

  it("is given up after a week, for a person to see", async () => {
    const { world, system } = callWorld({ TWILIO_API_BASE_URL: "http://127.0.0.1:9" });
    await eraseAtProviders(system, { sessionId: "s1", userId: "ann", call: { recording: RECORDING } });
    for (let day = 0; day < 14; day += 1) {
      for (let time = 0; time < 4; time += 1) await eraseAgainAtProviders(system);
      world.pass(24 * 3_600);
    }
    const receipt = (await providerErasures(world.db).doc(RECORDING.recordingSid).get()).data();
    assert.deepEqual([receipt?.status, receipt?.dueAt], ["given_up", null]);
  });

  it("names nobody any more whose account was erased, and is erased all the same", async () => {
    const { world, system } = callWorld({ TWILIO_API_BASE_URL: "http://127.0.0.1:9" });
    await eraseAtProviders(system, { sessionId: "s1", userId: "ann", call: { recording: RECORDING } });
    await eraseUser(system, "ann", null);
    const receipt = (await providerErasures(world.db).doc(RECORDING.recordingSid).get()).data();
    assert.deepEqual([receipt?.userId, receipt?.status], ["", "pending"]);
  });
});

describe("what becomes known of a call whose session was erased", () => {
  it("is looked for a quarter of an hour later, and erased with receipts of its own", async () => {
    const { world, system } = callWorld();
    const callSid = `CA${"0".repeat(32)}`;
    await eraseAtProviders(system, { sessionId: "s1", userId: "ann", call: { callSid, record: true } });
    const receipt = async () => (await providerErasures(world.db).doc(callSid).get()).data();
    assert.equal((await receipt())?.status, "pending");
    await eraseAgainAtProviders(system);
    assert.equal((await receipt())?.status, "pending", "not before its time");
    world.pass(901);
    await eraseAgainAtProviders(system);
    assert.equal((await receipt())?.status, "erased");
  });
});

describe("a session that is kept for so many days", () => {
  it("is erased when they are over, with its transcript and all below it, and no other", async () => {
    const world = testWorld();
    const kept = world.configured({ RETENTION_DAYS: "30" });
    // Of before there was such a setting.
    const before = world.as();
    for (const sessionId of ["old", "young"]) {
      await sessions(world.db).doc(sessionId).set(storedSession(kept, { sessionId }));
      await world.db.doc(`voiceTranscripts/${sessionId}/turns/t1`).set({ userId: "ann" });
      await world.db.doc(`enhancedTranscripts/${sessionId}`).set({ userId: "ann" });
      await world.db.doc(`enhancedTranscripts/${sessionId}/parts/0`).set({ userId: "ann", turns: "[]" });
      await endSession(sessionId === "old" ? before : kept, sessionId, "client");
      if (sessionId === "old") world.pass(3_600);
    }
    world.pass(30 * 24 * 3_600 - 1_800);
    await tendTranscripts(kept);
    for (const path of [
      "voiceSessions/old",
      "voiceTranscripts/old/turns/t1",
      "enhancedTranscripts/old",
      "enhancedTranscripts/old/parts/0",
    ]) {
      assert.equal((await world.db.doc(path).get()).exists, false, path);
      assert.equal((await world.db.doc(path.replace("old", "young")).get()).exists, true, path);
    }
    await tendTranscripts(world.as());
    world.pass(400 * 24 * 3_600);
    await tendTranscripts(world.as());
    assert.ok((await sessions(world.db).doc("young").get()).exists, "for ever, where nothing is set");
  });

  it("costs nothing more while nothing is due, whatever is stored", async () => {
    const world = testWorld();
    for (let at = 0; at < 20; at += 1) {
      const deleteAt = Timestamp.fromMillis(world.now().getTime() + 86_400_000);
      await sessions(world.db)
        .doc(`s${at}`)
        .set(storedSession(world.as(), { sessionId: `s${at}`, deleteAt }));
      await enhancedTranscripts(world.db).doc(`s${at}`).withConverter(null).set({ userId: "ann" });
    }
    const { reads } = await costOf(world.db, () => tendTranscripts(world.as()));
    assert.ok(reads <= 5, `${reads} reads`);
  });
});
