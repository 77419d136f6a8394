import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { scheduledCalls } from "../../src/calls/store";
import { firestore } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import { account, ask, assertDetail } from "../support/assistantApi";
import { freshPhone, phoneCalls } from "../support/phone";

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe("scheduled calls over HTTPS", () => {
  it("are made, listed and cancelled by their user, and handed over to Cloud Tasks at once", async () => {
    const { accessToken: token } = await account();
    const phone = freshPhone();
    const body = { phone_number: phone, scenario: "sales", scheduled_time: inAnHour() };
    const made = await ask("POST", "/schedule-call", { token, body });
    assert.equal(made.status, 201, made.text);
    const { id, status } = made.body as { id: string; status: string };
    assert.equal(status, "scheduled");
    const stored = (await scheduledCalls(firestore()).doc(id).get()).data();
    assert.equal(stored?.isEnqueued, true);
    assert.deepEqual((await ask("GET", "/scheduled-calls", { token })).body, [made.body]);
    const other = await account();
    assert.deepEqual((await ask("GET", "/scheduled-calls", { token: other.accessToken })).body, []);
    assertDetail(await ask("DELETE", `/scheduled-calls/${id}`, { token: other.accessToken }), 404);
    assert.equal((await ask("DELETE", `/scheduled-calls/${id}`, { token })).status, 200);
    const [listed] = (await ask("GET", "/scheduled-calls", { token })).body as { status: string }[];
    assert.equal(listed?.status, "cancelled");
    assert.deepEqual(await phoneCalls(phone), []);
  });

  it("are made once by a request that comes again with its Idempotency-Key", async () => {
    const { accessToken: token } = await account();
    const body = { phone_number: freshPhone(), scenario: "sales", scheduled_time: inAnHour() };
    const sent = { token, body, headers: { "Idempotency-Key": newId() } };
    const [first, again] = [
      await ask("POST", "/schedule-call", sent),
      await ask("POST", "/schedule-call", sent),
    ];
    assert.deepEqual([first.status, again.status], [201, 201]);
    assert.deepEqual(again.body, first.body);
    assertDetail(await ask("POST", "/schedule-call", { ...sent, body: { ...body, record: true } }), 409);
    assert.deepEqual((await ask("GET", "/scheduled-calls", { token })).body, [first.body]);
  });

  it("are refused, naming the field, where something is wrong", async () => {
    const { accessToken: token } = await account();
    const good = { phone_number: freshPhone(), scenario: "sales", scheduled_time: inAnHour() };
    for (const [field, wrong] of [
      ["scheduled_time", { ...good, scheduled_time: "2027-01-15T14:00:00" }],
      ["scheduled_time", { ...good, scheduled_time: new Date().toISOString() }],
      ["scheduled_time", { ...good, scheduled_time: undefined }],
      ["phone_number", { ...good, phone_number: "911" }],
      ["scenario", { ...good, scenario_id: "sales" }],
      ["scenario", { ...good, scenario: undefined }],
      ["time_zone", { ...good, time_zone: "Mars/Olympus" }],
      ["surprise", { ...good, surprise: 1 }],
    ] as const)
      assertDetail(await ask("POST", "/schedule-call", { token, body: wrong }), 422, field);
    assertDetail(await ask("POST", "/schedule-call", { body: good }), 401);
    assertDetail(await ask("POST", "/schedule-call", { token, body: { ...good, scenario: "none" } }), 404);
    assertDetail(await ask("DELETE", "/scheduled-calls/a%2Fb", { token }), 422, "id");
    assertDetail(await ask("GET", "/scheduled-calls?cursor=a/b", { token }), 422, "cursor");
  });
});

describe("the do-not-call list over HTTPS", () => {
  it("is one's own, and keeps its numbers from being called", async () => {
    const { accessToken: token } = await account();
    const phone = freshPhone();
    const added = await ask("POST", "/do-not-call", { token, body: { phone_number: phone } });
    assert.equal(added.status, 201, added.text);
    assert.deepEqual((await ask("GET", "/do-not-call", { token })).body, [{ phone_number: phone }]);
    assertDetail(await ask("GET", `/make-call/${phone}/survey`, { token }), 403);
    assert.equal((await ask("DELETE", `/do-not-call/${phone}`, { token })).status, 200);
    assert.deepEqual((await ask("GET", "/do-not-call", { token })).body, []);
    assert.equal((await ask("GET", `/make-call/${phone}/survey`, { token })).status, 200);
  });
});
