import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { firestore } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import { sessions } from "../../src/voice/store";
import { account, ask, assertDetail } from "../support/assistantApi";
import { eventually } from "../support/eventually";
import type { Answer } from "../support/http";
import { addPhoneFault, freshPhone, phoneCall, phoneCalls, scriptPhone } from "../support/phone";
import { fromStack } from "../support/stackEnvironment";

interface Made {
  status: string;
  call_sid: string;
  session_id: string;
}
interface ShownCall {
  call_sid: string | null;
  status: string;
  end_reason?: string;
  duration?: number;
  price?: number;
  price_unit?: string;
  status_history: { status: string; at: string }[];
  [field: string]: unknown;
}

const UNANSWERED = { answer: "no-answer", ringMs: 20 } as const;

function made(answer: Answer): Made {
  assert.equal(answer.status, 200, answer.text);
  return answer.body as Made;
}

/** A user, and a phone that nobody answers. */
async function arranged() {
  const [{ accessToken: token, id }, phone] = await Promise.all([account(), freshPhone()]);
  await scriptPhone(phone, UNANSWERED);
  return { token, id, phone };
}

const place = (token: string, phone: string, body?: object, headers: Record<string, string> = {}) =>
  ask("POST", `/make-call/${phone}/survey`, { token, body, headers });

async function shown(
  token: string,
  callSid: string,
  holds: (call: ShownCall) => boolean,
): Promise<ShownCall> {
  return eventually(async () => {
    const answer = await ask("GET", `/calls/${callSid}`, { token });
    assert.equal(answer.status, 200, answer.text);
    const call = answer.body as ShownCall;
    assert.ok(holds(call), answer.text);
    return call;
  });
}

describe("placing a call", () => {
  it("by GET or POST calls the number, and is a voice session of its own kind", async () => {
    const { token, id, phone } = await arranged();
    const query = "max_minutes=7&record=true&variables[company]=Southwind";
    const first = made(
      await ask("GET", `/make-call/${encodeURIComponent(phone)}/survey?${query}`, { token }),
    );
    assert.equal(first.status, "success");
    const asked = (await sessions(firestore()).doc(first.session_id).get()).data();
    assert.deepEqual([asked?.call?.maxMinutes, asked?.call?.record], [7, true]);
    assert.match(asked?.instructions ?? "", /Southwind/);
    const second = made(
      await place(token, phone, { variables: { company: "Northwind" }, language: "de", max_minutes: 3 }),
    );
    const session = (await sessions(firestore()).doc(second.session_id).get()).data();
    assert.equal(session?.userId, id);
    assert.equal(session?.kind, "phone");
    assert.equal(session?.scenario?.scenarioId, "survey");
    assert.match(session?.instructions ?? "", /Northwind/);
    assert.equal(session?.language, "de");
    assert.equal(session?.call?.maxMinutes, 3);
    const calls = await phoneCalls(phone);
    assert.deepEqual(
      calls.map(({ sid, from }) => [sid, from]),
      [first, second].map(({ call_sid }) => [call_sid, fromStack("TWILIO_PHONE_NUMBER")]),
    );
  });

  it("of a scenario of one's own answers as it always has; another's is not there", async () => {
    const { token, phone } = await arranged();
    const scenario = { persona: "You are Ann.", prompt: "Say hello.", voice_type: "neutral" };
    const created = await ask("POST", "/realtime/custom-scenario", { token, body: scenario });
    const { scenario_id } = created.body as { scenario_id: string };
    const call = made(await ask("GET", `/make-custom-call/${phone}/${scenario_id}`, { token }));
    assert.equal(call.status, "Custom call initiated");
    const other = await account();
    const refused = await ask("GET", `/make-custom-call/${phone}/${scenario_id}`, {
      token: other.accessToken,
    });
    assertDetail(refused, 404);
    assert.equal((await phoneCalls(phone)).length, 1);
  });

  it("is told of as it goes: its statuses, its end, its price", async () => {
    const { token, phone } = await arranged();
    const { call_sid } = made(await place(token, phone));
    const call = await shown(
      token,
      call_sid,
      ({ status, status_history }) => status === "no-answer" && status_history.length === 4,
    );
    assert.equal(call.end_reason, "no_answer");
    assert.deepEqual(
      call.status_history.map(({ status }) => status),
      ["queued", "initiated", "ringing", "no-answer"],
    );
    const { body } = await ask("GET", "/calls?limit=1", { token });
    assert.deepEqual(body, [call]);
  });

  it("ends as the phone network says", async () => {
    for (const [answer, reason] of [
      ["busy", "busy"],
      ["failed", "failed"],
    ] as const) {
      const { token, phone } = await arranged();
      await scriptPhone(phone, { answer, ringMs: 20, callbacks: { duplicate: 2, order: "reverse" } });
      const { call_sid } = made(await place(token, phone));
      const call = await shown(token, call_sid, ({ status }) => status === answer);
      assert.equal(call.end_reason, reason);
    }
  });

  it("that comes again with its Idempotency-Key places one call, at once or later", async () => {
    const { token, phone } = await arranged();
    const headers = { "Idempotency-Key": newId() };
    const atOnce = await Promise.all(Array.from({ length: 3 }, () => place(token, phone, {}, headers)));
    // Whoever comes while the first is being placed may be told to come again.
    const answers = [
      ...atOnce.filter(({ status }) => status !== 503),
      await place(token, phone, {}, headers),
    ];
    assert.equal(new Set(answers.map((answer) => made(answer).call_sid)).size, 1);
    assert.equal((await phoneCalls(phone)).length, 1);
    assertDetail(await place(token, phone, { max_minutes: 2 }, headers), 409);
    // A key is its user's own.
    const other = await account();
    made(await place(other.accessToken, phone, {}, headers));
    assert.equal((await phoneCalls(phone)).length, 2);
    assertDetail(await place(token, phone, {}, { "Idempotency-Key": "a b" }), 422, "Idempotency-Key");
    assertDetail(
      await place(token, phone, {}, { "Idempotency-Key": "k".repeat(256) }),
      422,
      "Idempotency-Key",
    );
  });

  it("is not placed again by its Idempotency-Key once its session was deleted", async () => {
    const { token, phone } = await arranged();
    const headers = { "Idempotency-Key": newId() };
    const { session_id } = made(await place(token, phone, {}, headers));
    assert.equal((await ask("DELETE", `/api/voice/sessions/${session_id}`, { token })).status, 200);
    for (let time = 0; time < 2; time += 1) assertDetail(await place(token, phone, {}, headers), 409);
    assert.equal((await phoneCalls(phone)).length, 1);
  });

  it("is refused a third time in a minute", async () => {
    const { token, phone } = await arranged();
    made(await place(token, phone));
    made(await place(token, phone));
    const refused = await place(token, phone);
    assertDetail(refused, 429);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    assert.equal((await phoneCalls(phone)).length, 2);
  });

  it("is refused, naming the field, where something is wrong with it", async () => {
    const { accessToken: token } = await account();
    const at = (path: string, body?: object) => ask(body ? "POST" : "GET", path, { token, body });
    for (const number of [
      "911",
      "+19005551234",
      "+881612345678",
      "hello",
      "+33142685300",
      fromStack("TWILIO_PHONE_NUMBER"),
    ])
      assertDetail(await at(`/make-call/${encodeURIComponent(number)}/survey`), 422, "phone_number");
    const phone = freshPhone();
    assertDetail(await at(`/make-call/${phone}/survey`, { max_minutes: 61 }), 422, "max_minutes");
    assertDetail(await at(`/make-call/${phone}/survey`, { record: "true" }), 422, "record");
    assertDetail(await at(`/make-call/${phone}/survey`, { max_minutes: "5" }), 422, "max_minutes");
    assertDetail(await at(`/make-call/${phone}/survey?max_minutes=five`), 422, "max_minutes");
    assertDetail(await at(`/make-call/${phone}/survey`, { language: "klingon!" }), 422, "language");
    assertDetail(await at(`/make-call/${phone}/survey`, { phone_number: phone }), 422, "phone_number");
    assertDetail(await at(`/make-call/${phone}/survey`, { surprise: 1 }), 422, "surprise");
    assertDetail(await at(`/make-call/${phone}/survey`, { variables: { nobody: "x" } }), 422);
    assertDetail(await ask("GET", `/make-call/${phone}/survey`), 401);
    assert.equal((await phoneCalls(phone)).length, 0);
  });

  it("of a scenario that does not exist is not found", async () => {
    const { accessToken: token } = await account();
    assertDetail(await ask("GET", `/make-call/${freshPhone()}/astrology`, { token }), 404);
  });

  it("that Twilio refuses says so without its words, and may be placed again with the same key", async () => {
    const { token, phone } = await arranged();
    const headers = { "Idempotency-Key": newId() };
    await addPhoneFault({ on: "create", to: phone, status: 400, code: 21_215 });
    assertDetail(await place(token, phone, {}, headers), 422, "phone_number");
    made(await place(token, phone, {}, headers));
    const calls = (await ask("GET", "/calls", { token })).body as ShownCall[];
    assert.deepEqual(
      calls.map(({ status }) => status === "failed"),
      [false, true],
    );
  });

  it("that Twilio refuses for reasons of ours is a failure of ours", async () => {
    const { token, phone } = await arranged();
    await addPhoneFault({ on: "create", to: phone, status: 403, code: 20_003 });
    const refused = await place(token, phone);
    assertDetail(refused, 502);
    assert.doesNotMatch(refused.text, /20003|authenticate/i);
  });

  for (const [what, fault] of [
    ["fails", { status: 500 }],
    ["fails after it has taken the call", { status: 503, afterCreating: true }],
    ["cuts the connection after it has taken the call", { afterCreating: true }],
  ] as const) {
    it(`where Twilio ${what}, is never placed twice, and is found again`, async () => {
      const { token, phone } = await arranged();
      const headers = { "Idempotency-Key": newId() };
      await addPhoneFault({ on: "create", to: phone, ...fault });
      const first = await place(token, phone, {}, headers);
      assertDetail(first, 503);
      assert.ok(Number(first.headers.get("retry-after")) > 0);
      const wasTaken = "afterCreating" in fault;
      assert.equal((await phoneCalls(phone)).length, wasTaken ? 1 : 0);
      if (!wasTaken) return assertDetail(await place(token, phone, {}, headers), 503);
      // Its callbacks tell which call it is.
      const answer = await eventually(async () => made(await place(token, phone, {}, headers)));
      const [call] = await phoneCalls(phone);
      assert.equal(answer.call_sid, call?.sid);
      assert.equal((await phoneCalls(phone)).length, 1);
    });
  }

  it("and hanging up while it rings ends it at the phone network; again changes nothing", async () => {
    const { token, phone } = await arranged();
    await scriptPhone(phone, { ...UNANSWERED, ringMs: 20_000 });
    const { call_sid } = made(await place(token, phone));
    const other = await account();
    assertDetail(await ask("POST", `/calls/${call_sid}/end`, { token: other.accessToken }), 404);
    for (let time = 0; time < 2; time += 1) {
      const ended = await ask("POST", `/calls/${call_sid}/end`, { token });
      assert.deepEqual(ended.body, { status: "success", call_sid });
    }
    await phoneCall(call_sid);
    const call = await shown(token, call_sid, ({ status }) => ["canceled", "completed"].includes(status));
    assert.equal(call.end_reason, "client");
  });

  it("and reading it is its user's alone", async () => {
    const { token, phone } = await arranged();
    const { call_sid } = made(await place(token, phone));
    const other = await account();
    assertDetail(await ask("GET", `/calls/${call_sid}`, { token: other.accessToken }), 404);
    assertDetail(await ask("GET", "/calls/CA00000000000000000000000000000000", { token }), 404);
    assertDetail(await ask("GET", "/calls/nonsense", { token }), 422, "call_sid");
    assert.deepEqual((await ask("GET", "/calls", { token: other.accessToken })).body, []);
    assertDetail(await ask("GET", "/calls?cursor=nonsense", { token }), 422, "cursor");
  });
});
