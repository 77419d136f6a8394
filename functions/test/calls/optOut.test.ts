import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { isBarred } from "../../src/calls/doNotCall";
import { makeCall } from "../../src/calls/makeCall";
import { firestore } from "../../src/core/firestore";
import { rejectsWith } from "../support/appError";
import { account, ask, assertDetail } from "../support/assistantApi";
import { callWorld } from "../support/callWorld";
import { addPhoneFault, freshPhone } from "../support/phone";
import { fromStack } from "../support/stackEnvironment";
import { postAsTwilio, postForm } from "../support/twilioRequests";

const MESSAGES = "/twilio/messages";
const OPTIONS = { scenarioId: "survey", record: false, max_minutes: 1 } as const;

describe("Whoever wants no more calls", () => {
  const world = callWorld();
  const ctx = { ...world.system, db: firestore() };
  const isListed = (to: string) =>
    ctx.db.runTransaction((tx) => isBarred(ctx, tx, { to, userId: "anybody" }));
  const write = (From: string, fields: Record<string, string>) =>
    postAsTwilio(MESSAGES, { From, To: fromStack("TWILIO_PHONE_NUMBER"), MessageSid: "SM1", ...fields });

  it("writes STOP to our number: nobody can call it, until they write START", async function () {
    this.timeout(30_000);
    const [user, phone] = [await account(), freshPhone()];
    const call = () => ask("POST", `/make-call/${phone}/survey`, { token: user.accessToken });
    for (const Body of ["stop", " Unsubscribe\n", "STOPALL", "Stop.", "STOP ALL", "STOP!", "\u200bOpt-out"]) {
      const answer = await write(phone, { Body });
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.text, /<Response\/>$/);
      assert.equal(await isListed(phone), true);
      await write(phone, { Body: "START" });
      assert.equal(await isListed(phone), false);
    }
    await write(phone, { Body: "STOP" });
    const refused = await call();
    assertDetail(refused, 403);
    assert.match(refused.text, /do-not-call/);
    await write(phone, { Body: "START" });
    assert.equal((await call()).status, 200);
  });

  it("is believed where Twilio has understood the wish, in whatever words and language", async () => {
    const phone = freshPhone();
    await write(phone, { Body: "arrête", OptOutType: "STOP" });
    assert.equal(await isListed(phone), true);
    await write(phone, { Body: "", OptOutType: "HELP" });
    assert.equal(await isListed(phone), true);
    await write(phone, { Body: "", OptOutType: "START" });
    assert.equal(await isListed(phone), false);
  });

  it("is not called again for saying yes to whatever, only for START and UNSTOP", async () => {
    const phone = freshPhone();
    for (const wish of ["START", "Unstop."]) {
      await write(phone, { Body: "STOP" });
      await write(phone, { Body: "Yes" });
      await write(phone, { Body: "yes!", OptOutType: "START" });
      assert.equal(await isListed(phone), true);
      await write(phone, { Body: wish });
      assert.equal(await isListed(phone), false);
    }
  });

  it("is not taken for anybody who only writes a word like it", async () => {
    const phone = freshPhone();
    for (const Body of ["please stop by at noon", "stopp", "", "HELP"]) await write(phone, { Body });
    assert.equal(await isListed(phone), false);
  });

  it("stays on a user's own list, whatever they write", async () => {
    const [user, phone] = [await account(), freshPhone()];
    await ask("POST", "/do-not-call", { token: user.accessToken, body: { phone_number: phone } });
    await write(phone, { Body: "START" });
    assertDetail(await ask("POST", `/make-call/${phone}/survey`, { token: user.accessToken }), 403);
  });

  it("is listed where Twilio refuses a call because of it", async () => {
    const phone = freshPhone();
    await addPhoneFault({ on: "create", to: phone, status: 400, code: 21_610 });
    const caller = world.as("ann");
    await rejectsWith("provider_failed", makeCall(caller, { ...OPTIONS, phone_number: phone }));
    world.world.pass(120);
    const again = await rejectsWith(
      "permission_denied",
      makeCall(caller, { ...OPTIONS, phone_number: phone }),
    );
    assert.match(again.safeMessage, /do-not-call/);
  });

  it("cannot be listed by anybody but Twilio", async () => {
    const phone = freshPhone();
    assertDetail(await postForm(MESSAGES, { From: phone, Body: "STOP" }), 403);
    assert.equal(await isListed(phone), false);
  });
});
