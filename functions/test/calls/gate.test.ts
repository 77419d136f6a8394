import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { checkCalls } from "../../src/calls/checkCalls";
import { addDoNotCall, listDoNotCall, optOut, removeDoNotCall } from "../../src/calls/doNotCall";
import { makeCall } from "../../src/calls/makeCall";
import { readSpend } from "../../src/calls/spend";
import { endSession } from "../../src/voice/endSession";
import { findPhoneSession } from "../../src/voice/phoneSessions";
import { rejectsWith } from "../support/appError";
import { callWorld } from "../support/callWorld";
import { costOf } from "../support/countedFirestore";
import { freshPhone, phoneCall, phoneCalls, scriptPhone } from "../support/phone";

const options = (phone_number: string, more: object = {}) => ({
  phone_number,
  scenarioId: "survey",
  record: false,
  max_minutes: 10,
  ...more,
});

describe("the gate before a dial", () => {
  it("lets nobody be called outside the hours at their place, and says what time it is there", async () => {
    // 13:00 in California, which has area code 415.
    const noon = new Date("2026-11-20T21:00:00Z");
    const { as } = callWorld({ CALL_HOURS: "08:00-12:00" }, noon);
    const phone = freshPhone();
    const refused = await rejectsWith("permission_denied", makeCall(as("ann"), options(phone)));
    assert.match(refused.safeMessage, /^It is 13:00 at this number \(America\/Los_Angeles\)/);
    assert.deepEqual(await phoneCalls(phone), []);
  });

  it("goes by the zone that is given with the call", async () => {
    const { as } = callWorld({ CALL_HOURS: "08:00-12:00" }, new Date("2026-11-20T21:00:00Z"));
    const phone = freshPhone();
    await scriptPhone(phone, { answer: "busy" });
    // 11:00 in Honolulu.
    await makeCall(as("ann"), options(phone, { time_zone: "Pacific/Honolulu" }));
    assert.equal((await phoneCalls(phone)).length, 1);
  });

  it("lets nobody be called who has said so, and none of one's own list", async () => {
    const { as, system } = callWorld();
    const [everyones, anns] = [freshPhone(), freshPhone()];
    await optOut(system, everyones, "call");
    await addDoNotCall(as("ann"), { phone_number: anns });
    await addDoNotCall(as("ann"), { phone_number: anns });
    for (const phone of [everyones, anns]) {
      await rejectsWith("permission_denied", makeCall(as("ann"), options(phone)));
    }
    assert.deepEqual(await listDoNotCall(as("ann")), [{ phone_number: anns }]);
    await scriptPhone(anns, { answer: "busy" });
    await makeCall(as("bob"), options(anns));
    await removeDoNotCall(as("bob"), { phone_number: everyones });
    await rejectsWith("permission_denied", makeCall(as("bob"), options(everyones)));
    assert.deepEqual(await phoneCalls(everyones), []);
    assert.equal((await phoneCalls(anns)).length, 1);
  });

  it("sets aside what a call may cost, and lets nobody spend more in a day", async () => {
    const { world, as } = callWorld({ CALL_SPEND_LIMIT_USD: "8", CALL_RESERVE_USD_PER_MINUTE: "0.5" });
    const phones = [freshPhone(), freshPhone()] as const;
    for (const phone of phones) await scriptPhone(phone, { ringMs: 60_000 });
    const { sessionId } = await makeCall(as("ann"), options(phones[0]));
    const session = await findPhoneSession(as("ann"), sessionId);
    assert.equal(session?.call.verdict?.reserveUsd, 5);
    assert.deepEqual(session?.call.verdict?.zones, ["America/Los_Angeles"]);
    const refused = await rejectsWith("rate_limited", makeCall(as("ann"), options(phones[1])));
    assert.match(refused.safeMessage, /8 USD a day, of which 5 are set aside/);
    assert.equal(refused.details.retryAfterSeconds, 60);
    world.pass(61);
    await makeCall(as("ann"), options(phones[1], { max_minutes: 6 }));
  });

  it("sends whoever has spent the day's money to the next day", async () => {
    const { world, as } = callWorld({ CALL_SPEND_LIMIT_USD: "8" }, new Date("2026-11-20T22:00:00Z"));
    const spent = { userId: "ann", day: "2026-11-20", reservedUsd: 2, spentUsd: 4 };
    await world.db.doc("callSpend/ann_2026-11-20").set({ ...spent, expiresAt: Timestamp.now() });
    const refused = await rejectsWith("rate_limited", makeCall(as("ann"), options(freshPhone())));
    assert.match(refused.safeMessage, /tomorrow/);
    assert.equal(refused.details.retryAfterSeconds, 2 * 60 * 60);
  });

  it("settles a call that is over, once: what it has cost is spent, the rest is free again", async () => {
    const { world, as, system } = callWorld();
    const phone = freshPhone();
    await scriptPhone(phone, { ringMs: 10, price: { amount: "-0.0150", afterMs: 0 } });
    const { callSid, sessionId } = await makeCall(as("ann"), options(phone));
    const spend = () => world.db.runTransaction(async (tx) => (await readSpend(system, tx, "ann")).doc);
    assert.deepEqual([(await spend()).reservedUsd, (await spend()).spentUsd], [5, 0]);
    await phoneCall(callSid);
    for (let time = 0; time < 2; time += 1) {
      world.pass(80);
      await checkCalls(system);
    }
    assert.deepEqual([(await spend()).reservedUsd, (await spend()).spentUsd], [0, 0.015]);
    const session = await findPhoneSession(system, sessionId);
    assert.equal(session?.call.costUsd, 0.015);
    assert.equal(session?.call.checkAt, null);
  });

  it("frees what was set aside for a call that nobody took", async () => {
    const { world, as, system } = callWorld();
    const phone = freshPhone();
    await scriptPhone(phone, { answer: "busy", ringMs: 10 });
    const { callSid } = await makeCall(as("ann"), options(phone));
    await phoneCall(callSid);
    world.pass(80);
    await checkCalls(system);
    const { doc } = await world.db.runTransaction((tx) => readSpend(system, tx, "ann"));
    assert.deepEqual([doc.reservedUsd, doc.spentUsd], [0, 0]);
  });

  it("lets a user hold three calls at once and no more", async () => {
    const { world, as, system } = callWorld({ CALL_SPEND_LIMIT_USD: "100" });
    const made: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const phone = freshPhone();
      await scriptPhone(phone, { ringMs: 60_000 });
      made.push((await makeCall(as("ann"), options(phone))).sessionId);
      world.pass(61);
    }
    await rejectsWith("rate_limited", makeCall(as("ann"), options(freshPhone())));
    world.pass(61);
    await endSession(system, made[0] ?? "", "client");
    const phone = freshPhone();
    await scriptPhone(phone, { answer: "busy" });
    await makeCall(as("ann"), options(phone));
  });

  it("costs four reads of a call, whatever it finds", async () => {
    const { world, as } = callWorld();
    const phone = freshPhone();
    await optOut(as("ann"), phone, "call");
    const refused = await costOf(world.db, () =>
      rejectsWith("permission_denied", makeCall(as("ann"), options(phone))),
    );
    assert.ok(refused.reads <= 4, `${refused.reads} reads`);
    const other = freshPhone();
    await scriptPhone(other, { answer: "busy" });
    const placed = await costOf(world.db, () => makeCall(as("ann"), options(other)));
    // Beside the gate: whether the number is answered here.
    assert.ok(placed.reads <= 5, `${placed.reads} reads`);
  });
});
