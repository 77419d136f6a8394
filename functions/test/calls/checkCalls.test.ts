import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "mocha";
import { answerCall } from "../../src/calls/answerCall";
import { checkCalls } from "../../src/calls/checkCalls";
import { LOOK_AGAIN_SECONDS } from "../../src/calls/limits";
import { makeCall } from "../../src/calls/makeCall";
import { callSpend } from "../../src/calls/store";
import { statusOf } from "../../src/voice/callRecord";
import { findPhoneSession, type PhoneSession } from "../../src/voice/phoneSessions";
import { type SessionDoc, sessions } from "../../src/voice/store";
import { rejectsWith } from "../support/appError";
import { callWorld } from "../support/callWorld";
import { costOf } from "../support/countedFirestore";
import { addPhoneFault, freshPhone, phoneCall, phoneCalls, scriptPhone } from "../support/phone";
import { fromStack } from "../support/stackEnvironment";

/** A world whose callbacks never arrive, with one user. */
function deafWorld() {
  const { world, as, system } = callWorld();
  return { world, ann: as("ann"), system };
}

const options = (phone_number: string) => ({
  phone_number,
  scenarioId: "survey",
  record: false,
  max_minutes: 5,
});

describe("the check of calls", () => {
  it("learns how a call ended whose callbacks never came, and later its price", async () => {
    const { world, ann, system } = deafWorld();
    const phone = freshPhone();
    // Answered, but nobody says what is to be done with it.
    await scriptPhone(phone, { ringMs: 10, price: { amount: "-0.0150", afterMs: 0 } });
    const { callSid, sessionId } = await makeCall(ann, options(phone));
    await phoneCall(callSid);
    assert.equal(await checkCalls(system), 0, "nothing is due yet");
    world.pass(20);
    assert.equal(await checkCalls(system), 1);
    const session = await findPhoneSession(system, sessionId);
    assert.equal(session?.status, "ended");
    assert.equal(session?.endReason, "hangup");
    assert.deepEqual(session?.call.price, { amount: 0.015, unit: "USD" });
    assert.equal(session?.call.checkAt, null);
    world.pass(86_400);
    const idle = await costOf(world.db, () => checkCalls(system));
    assert.ok(idle.reads <= 2, `${idle.reads} reads where nothing is due`);
  });

  it("finds the call that Twilio took without saying so, and does not place it again", async () => {
    const { world, ann, system } = deafWorld();
    const phone = freshPhone();
    await scriptPhone(phone, { ringMs: 60_000 });
    await addPhoneFault({ on: "create", to: phone, status: 500, afterCreating: true });
    await rejectsWith("provider_unavailable", makeCall(ann, options(phone)));
    world.pass(20);
    assert.equal(await checkCalls(system), 1);
    const calls = await phoneCalls(phone);
    assert.equal(calls.length, 1);
    const session = await sessionOf(world.db);
    assert.equal(session.call.callSid, calls[0]?.sid);
    assert.equal(session.status, "active");
  });

  it("gives up a call that Twilio never had, after two minutes", async () => {
    const { world, ann, system } = deafWorld();
    const phone = freshPhone();
    await addPhoneFault({ on: "create", to: phone, status: 500 });
    await rejectsWith("provider_unavailable", makeCall(ann, options(phone)));
    world.pass(20);
    await checkCalls(system);
    assert.equal((await sessionOf(world.db)).status, "active");
    world.pass(120);
    await checkCalls(system);
    const session = await sessionOf(world.db);
    assert.equal(session.endReason, "failed");
    assert.equal(statusOf(session.call), "failed");
    assert.deepEqual(await phoneCalls(phone), []);
  });

  it("and once it is given up, the same request places the call", async () => {
    const { world, ann, system } = deafWorld();
    const phone = freshPhone();
    const keyed = { ...ann, idempotencyKey: "k1" };
    await scriptPhone(phone, { answer: "busy", ringMs: 10 });
    await addPhoneFault({ on: "create", to: phone, status: 500 });
    await rejectsWith("provider_unavailable", makeCall(keyed, options(phone)));
    await rejectsWith("provider_unavailable", makeCall(keyed, options(phone)));
    world.pass(20);
    await checkCalls(system);
    world.pass(120);
    await checkCalls(system);
    const { callSid } = await makeCall(keyed, options(phone));
    assert.deepEqual(await makeCall(keyed, options(phone)), await makeCall(keyed, options(phone)));
    assert.deepEqual(
      (await phoneCalls(phone)).map(({ sid }) => sid),
      [callSid],
    );
  });

  it("gives nobody a call that may be another's", async () => {
    const { world, ann, system } = deafWorld();
    const bob = { ...ann, caller: { uid: "bob", claims: {} } };
    const phone = freshPhone();
    await scriptPhone(phone, { ringMs: 60_000 });
    await addPhoneFault({ on: "create", to: phone, status: 500 });
    await rejectsWith("provider_unavailable", makeCall(ann, options(phone)));
    await addPhoneFault({ on: "create", to: phone, status: 500, afterCreating: true });
    await rejectsWith("provider_unavailable", makeCall({ ...bob, idempotencyKey: "k1" }, options(phone)));
    world.pass(200);
    await checkCalls(system);
    const { docs } = await world.db.collection("voiceSessions").get();
    assert.deepEqual(
      docs.map((doc) => doc.get("call.callSid")),
      [null, null],
    );
    // Nor is it placed again, for it may be under way.
    await rejectsWith("provider_unavailable", makeCall({ ...bob, idempotencyKey: "k1" }, options(phone)));
    assert.equal((await phoneCalls(phone)).length, 1);
  });

  it("attends to all that are due in one run, however many", async () => {
    const { world, ann, system } = deafWorld();
    const phone = freshPhone();
    await scriptPhone(phone, { answer: "busy", ringMs: 10 });
    const { callSid, sessionId } = await makeCall(ann, options(phone));
    await phoneCall(callSid);
    const session = (await sessions(world.db).doc(sessionId).get()).data();
    const writer = world.db.bulkWriter();
    for (let n = 1; n < 250; n += 1)
      void writer.set(sessions(world.db).doc(`s${n}`), {
        ...session,
        sessionId: `s${n}`,
        userId: `user-${n}`,
      } as SessionDoc);
    await writer.close();
    world.pass(20);
    assert.equal(await checkCalls(system), 250);
    const { docs } = await sessions(world.db).where("endReason", "==", "busy").get();
    assert.equal(docs.length, 250);
  });

  it("asks of a call that goes on again and again, in case that its end is not told, until it is over", async () => {
    const { world, ann, system } = deafWorld();
    const phone = freshPhone();
    await scriptPhone(phone, { ringMs: 600_000 });
    const { callSid, sessionId } = await makeCall(ann, options(phone));
    world.pass(20);
    assert.equal(await checkCalls(system), 1);
    world.pass(LOOK_AGAIN_SECONDS.unanswered - 1);
    assert.equal(await checkCalls(system), 0);
    world.pass(1);
    assert.equal(await checkCalls(system), 1);
    await answerCall(system, { session: sessionId, CallSid: callSid, CallStatus: "in-progress" });
    world.pass(LOOK_AGAIN_SECONDS.unanswered);
    assert.equal(await checkCalls(system), 1);
    world.pass(LOOK_AGAIN_SECONDS.answered - 1);
    assert.equal(await checkCalls(system), 0);
    assert.equal(
      (await findPhoneSession(system, sessionId))?.call.checks,
      0,
      "that there is time left to ask for its price",
    );
  });

  it("asks nothing of a call that is known to have failed, and frees what was set aside for it", async () => {
    const { world, ann, system } = deafWorld();
    const phone = freshPhone();
    await addPhoneFault({ on: "create", to: phone, status: 429, code: 20_429 });
    await rejectsWith("provider_unavailable", makeCall(ann, options(phone)));
    world.pass(61);
    const unreachable = { ...system.config, TWILIO_API_BASE_URL: "http://127.0.0.1:9" };
    assert.equal(await checkCalls({ ...system, config: unreachable }), 1);
    const { docs } = await callSpend(world.db).get();
    assert.deepEqual(
      docs.map((spend) => [spend.get("reservedUsd"), spend.get("spentUsd")]),
      [[0, 0]],
    );
  });

  it("counts both calls where the caller was put through", async () => {
    const human = createServer((_, response) => {
      response.setHeader("Content-Type", "text/xml");
      response.end(`<Response><Dial>${freshPhone()}</Dial></Response>`);
    });
    await new Promise<void>((resolve) => human.listen(0, "127.0.0.1", resolve));
    const { port } = human.address() as AddressInfo;
    const { world, as, system } = callWorld({ PUBLIC_URL: `http://127.0.0.1:${port}` });
    const phone = freshPhone();
    await scriptPhone(phone, { ringMs: 10, price: { amount: "-0.0150", afterMs: 0 } });
    const { callSid, sessionId } = await makeCall(as("ann"), options(phone));
    await phoneCall(callSid);
    await sessions(world.db).doc(sessionId).update({ status: "ended", endReason: "transferred" });
    world.pass(20);
    assert.equal(await checkCalls(system), 1);
    const session = await findPhoneSession(system, sessionId);
    assert.deepEqual(session?.call.transferPrice, { amount: 0.015, unit: "USD" });
    assert.equal(session?.call.costUsd, 0.03);
    human.closeAllConnections();
    human.close();
  });

  it("refuses to call a number that is answered here", async () => {
    const { world, ann } = deafWorld();
    const phone = freshPhone();
    await world.db.doc(`phoneNumbers/${phone}`).set({ userId: "bob", scenarioId: "support" });
    const refused = await rejectsWith("invalid_argument", makeCall(ann, options(phone)));
    assert.equal(refused.details.field, "phone_number");
  });

  it("asks again later where Twilio cannot be reached", async () => {
    const { world, ann, system } = deafWorld();
    const phone = freshPhone();
    await scriptPhone(phone, { answer: "busy", ringMs: 10 });
    const { callSid, sessionId } = await makeCall(ann, options(phone));
    await phoneCall(callSid);
    world.pass(20);
    const unreachable = {
      ...system,
      config: { ...system.config, TWILIO_API_BASE_URL: "http://127.0.0.1:9" },
    };
    assert.equal(await checkCalls(unreachable), 1);
    assert.equal((await findPhoneSession(system, sessionId))?.status, "active");
    assert.equal(await checkCalls(system), 0);
    world.pass(60);
    assert.equal(await checkCalls(system), 1);
    assert.equal((await findPhoneSession(system, sessionId))?.endReason, "busy");
  });
});

describe("the log of calls", () => {
  it("names no numbers and no tokens, whatever goes wrong", async () => {
    const { world, ann, system } = deafWorld();
    const phones = Array.from({ length: 3 }, freshPhone);
    const [taken = "", refused = "", lost = ""] = phones;
    await scriptPhone(taken, { answer: "busy", ringMs: 10 });
    await addPhoneFault({ on: "create", to: refused, status: 400, code: 21_211 });
    await addPhoneFault({ on: "create", to: lost });
    await makeCall(ann, options(taken));
    await rejectsWith("invalid_argument", makeCall(ann, options(refused)));
    world.pass(61);
    await rejectsWith("provider_unavailable", makeCall(ann, options(lost)));
    world.pass(200);
    await checkCalls({ ...system, config: { ...system.config, TWILIO_API_BASE_URL: "http://127.0.0.1:9" } });
    await checkCalls(system);
    const log = JSON.stringify(world.log);
    assert.match(log, /call placed.*call refused.*call not confirmed.*could not be checked/);
    for (const secret of [...phones.map((phone) => phone.slice(1)), fromStack("TWILIO_AUTH_TOKEN")])
      assert.ok(!log.includes(secret), secret);
  });
});

async function sessionOf(db: FirebaseFirestore.Firestore): Promise<PhoneSession> {
  const { docs } = await db.collection("voiceSessions").get();
  assert.equal(docs.length, 1);
  return docs[0]?.data() as PhoneSession;
}
