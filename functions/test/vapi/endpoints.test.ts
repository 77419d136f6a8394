import assert from "node:assert/strict";
import { FirebaseError } from "firebase/app";
import { getAuth as getClientAuth } from "firebase/auth";
import { getAuth } from "firebase-admin/auth";
import { after, before, describe, it } from "mocha";
import { firebaseApp, firestore } from "../../src/core/firestore";
import type { StartOutput } from "../../src/vapi/schemas";
import { sessions } from "../../src/voice/store";
import { vapiSessionId } from "../../src/voice/vapiSessions";
import { account, ask, assertDetail } from "../support/assistantApi";
import { eventually } from "../support/eventually";
import { type Answer, DOORS, send } from "../support/http";
import { type OwnServer, ownServer } from "../support/ownServer";
import { type SignedInUser, signedInUser } from "../support/signedInUser";
import { fromStack } from "../support/stackEnvironment";
import {
  assertVapiError,
  type Claimant,
  EVENTS,
  holdCall,
  ownAssistant,
  patient,
  START,
  vapiControl,
} from "../support/vapi";

const start = (token: string | undefined, body: unknown = {}, more = {}) =>
  send(START, { method: "POST", ...(token === undefined ? {} : { token }), body, ...more });

function assertStarted(answer: Pick<Answer, "status" | "text" | "body">, uid: string): StartOutput["data"] {
  assert.equal(answer.status, 200, answer.text);
  const given = answer.body as StartOutput;
  const { validatedAt } = given.data.patientContext;
  assert.deepEqual(given, {
    success: true,
    data: {
      apiKey: fromStack("VAPI_PUBLIC_API_KEY"),
      assistantId: fromStack("VAPI_ASSISTANT_ID"),
      patientContext: { id: uid, validatedAt },
    },
    message: "Vapi configuration retrieved",
  });
  assert.equal(new Date(validatedAt).toISOString(), validatedAt);
  assert.ok(!answer.text.includes(fromStack("VAPI_API_KEY")), "the private key stays here");
  return given.data;
}

/** The token with its claims changed; the Auth emulator's tokens are not signed. */
function withClaims(token: string, claims: object): string {
  const [header, payload = "", signature] = token.split(".");
  const changed = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), ...claims };
  return [header, Buffer.from(JSON.stringify(changed)).toString("base64url"), signature].join(".");
}

async function inOwnProcess(server: OwnServer, { idToken }: Claimant): Promise<Answer> {
  const response = await fetch(`${server.url}${START}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${idToken}`, "Content-Type": "application/json" },
    body: "{}",
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

describe(`POST ${START} and startVapiSession`, function () {
  this.timeout(60_000);
  const servers: OwnServer[] = [];
  let user: SignedInUser;
  before(async () => {
    user = await signedInUser();
    await getAuth(firebaseApp()).setCustomUserClaims(user.uid, { type: "patient" });
    await getClientAuth(user.app).currentUser?.getIdToken(true);
  });
  after(async () => {
    for (const server of servers.splice(0)) server.stop();
    await user.signOut();
  });
  const serve = async (settings: Record<string, string | undefined>) => {
    const server = await ownServer("vapiStartHttp", settings);
    servers.push(server);
    return server;
  };

  it("give a patient what the app needs, by every door", async () => {
    const token = await getClientAuth(user.app).currentUser?.getIdToken();
    for (const door of DOORS) {
      const answer = await start(token, door === "hosting" ? { patientId: user.uid } : undefined, { door });
      const { patientContext } = assertStarted(answer, user.uid);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      const session = await sessions(firestore()).doc(vapiSessionId(patientContext)).get();
      assert.deepEqual([session.get("kind"), session.get("status")], ["vapi", "active"]);
    }
    const body = await user.call("startVapiSession");
    assertStarted({ status: 200, text: JSON.stringify(body), body }, user.uid);
  });

  it("refuse a missing, forged, expired or revoked token", async () => {
    const { uid, idToken } = await patient();
    const hourAgo = Math.floor(Date.now() / 1_000) - 3_601;
    const expired = withClaims(idToken, { iat: hourAgo - 3_600, auth_time: hourAgo - 3_600, exp: hourAgo });
    for (const token of [undefined, "not-a-token", "a.b.c", expired]) {
      const answer = await start(token);
      assertVapiError(answer, 401, "UNAUTHENTICATED");
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    }
    await getAuth(firebaseApp()).updateUser(uid, { disabled: true });
    assertVapiError(await start(idToken), 401, "UNAUTHENTICATED");
  });

  it("refuse who is no patient, also over the callable", async () => {
    for (const claims of [{}, { type: "doctor" }, { type: ["patient"] }, { role: "patient" }]) {
      const { idToken } = await patient(claims);
      const details = assertVapiError(await start(idToken), 403, "FORBIDDEN");
      assert.equal(details, "Only patients can access voice assistant");
    }
    const nobody = await signedInUser();
    await assert.rejects(nobody.call("startVapiSession"), (error) => {
      assert.ok(error instanceof FirebaseError);
      assert.equal(error.code, "functions/permission-denied");
      return true;
    });
    await nobody.signOut();
  });

  it("refuse a malformed patient context, naming the field, and another patient's", async () => {
    const { idToken } = await patient();
    for (const [body, field] of [
      [{ patientId: 7 }, "patientId"],
      [{ patientId: "" }, "patientId"],
      [{ patientId: null }, "patientId"],
      [{ patientId: ["a"] }, "patientId"],
      [{ patientId: { id: "a" } }, "patientId"],
      [{ patientId: "x".repeat(129) }, "patientId"],
      [{ patientContext: { id: "a" } }, "patientContext"],
      ['{"patientId": ', "body"],
      ["[]", "body"],
      ['"text"', "body"],
    ] as const) {
      const details = assertVapiError(await start(idToken, body), 400, "INVALID_ARGUMENT");
      assert.ok(details.startsWith(`${field}: `), details);
    }
    assertVapiError(await start(idToken, { patientId: user.uid }), 403, "FORBIDDEN");
    assertVapiError(
      await start(idToken, `{"patientId":"${"x".repeat(1_100_000)}"}`),
      413,
      "PAYLOAD_TOO_LARGE",
    );
    const wrong = await send(START, { token: idToken });
    assertVapiError(wrong, 405, "METHOD_NOT_ALLOWED");
    assert.equal(wrong.headers.get("allow"), "POST");
  });

  it("say in their shape that a patient has too many sessions open, and when to come again", async () => {
    const { uid, idToken } = await patient();
    for (let count = 0; count < 3; count += 1) {
      const { patientContext } = assertStarted(await start(idToken), uid);
      const session = firestore().doc(`voiceSessions/${vapiSessionId(patientContext)}`);
      await session.update({ "vapi.callId": `call-${count}-${uid}` });
    }
    const answer = await start(idToken);
    assert.match(assertVapiError(answer, 429, "RATE_LIMITED"), /3 sessions open/);
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
  });

  it("answer a service error and a hang of Vapi's in the documented words; nothing else is touched", async () => {
    // What runs beside it has been started before.
    const { accessToken } = await account();
    const token = { token: accessToken };
    assert.equal((await ask("GET", "/users/me", token)).status, 200);
    for (const fault of [{ status: 500 }, { hang: true }] as const) {
      const server = await serve({ VAPI_ASSISTANT_ID: await ownAssistant(fault) });
      const claimant = await patient();
      const answering = inOwnProcess(server, claimant);
      const beside = await ask("GET", "/users/me", token);
      assert.equal(beside.status, 200, beside.text);
      const answer = await answering;
      assert.deepEqual(answer.body, {
        success: false,
        error: {
          code: "VAPI_SESSION_FAILED",
          message: "Unable to create voice session",
          details: "Vapi service temporarily unavailable",
        },
      });
      assert.equal(answer.status, 503);
      assert.equal(answer.headers.get("retry-after"), "5");
    }
  });

  it("say so where the assistant is none of Vapi's, or a setting is missing", async () => {
    const claimant = await patient();
    const unknown = await inOwnProcess(await serve({ VAPI_ASSISTANT_ID: "nobody" }), claimant);
    assertVapiError(unknown, 502, "VAPI_SESSION_FAILED");
    const unset = await inOwnProcess(await serve({ VAPI_PUBLIC_API_KEY: "" }), claimant);
    assert.match(assertVapiError(unset, 500, "NOT_CONFIGURED"), /^VAPI_PUBLIC_API_KEY is not configured/);
  });

  it("serve 100 patients at once, each with a session of their own, and ask Vapi once", async () => {
    const assistantId = await ownAssistant();
    const server = await serve({ VAPI_ASSISTANT_ID: assistantId });
    const patients = await Promise.all(Array.from({ length: 100 }, () => patient()));
    const answers = await Promise.all(patients.map((one) => inOwnProcess(server, one)));
    for (const answer of answers) assert.equal(answer.status, 200, answer.text);
    const contexts = answers.map(({ body }) => (body as StartOutput).data.patientContext);
    assert.deepEqual(
      contexts.map(({ id }) => id),
      patients.map(({ uid }) => uid),
    );
    const stored = await firestore().getAll(
      ...contexts.map((context) => sessions(firestore()).doc(vapiSessionId(context))),
    );
    assert.ok(stored.every((one, index) => one.get("userId") === patients[index]?.uid));
    const requests = await vapiControl<{ path: string }[]>("GET", "requests");
    assert.equal(requests.filter(({ path }) => path.endsWith(assistantId)).length, 1);
  });
});

describe(`POST ${EVENTS}`, function () {
  this.timeout(60_000);
  const message = { type: "status-update", status: "ended" };
  const secret = () => fromStack("VAPI_WEBHOOK_SECRET");
  const post = (body: unknown, headers: Record<string, string> = { "X-Vapi-Secret": secret() }) =>
    send(EVENTS, { method: "POST", body, headers });

  it("lets in only who sends the secret, in either of Vapi's ways", async () => {
    for (const headers of [
      {},
      { "X-Vapi-Secret": "" },
      { "X-Vapi-Secret": `${secret()}x` },
      { "X-Vapi-Secret": secret().slice(0, -1) },
      { Authorization: "Bearer another" },
      { Authorization: secret() },
      { "X-Vapi-Secret": "another", Authorization: `Bearer ${secret()}` },
    ] as Record<string, string>[])
      assertDetail(await post({ message }, headers), 403);
    assert.equal((await post({ message })).status, 204);
    assert.equal((await post({ message }, { Authorization: `Bearer ${secret()}` })).status, 204);
  });

  it("takes messages up to 1 MiB, and refuses what is larger or no message", async () => {
    const filled = (bytes: number) => ({ message: { ...message, filling: "x".repeat(bytes) } });
    assert.equal((await post(filled(900_000))).status, 204);
    assertDetail(await post(filled(1_048_576)), 413);
    assertDetail(await post("{"), 422, "body");
    assertDetail(await post({}), 422, "message");
    assertDetail(await post({ message: "text" }), 422, "message");
    assertDetail(await post({ message: {} }), 422, "message.type");
    assertDetail(await send(EVENTS), 405);
  });

  it("without a secret to compare with lets nobody in", async () => {
    const server = await ownServer("vapiEventsHttp", { VAPI_WEBHOOK_SECRET: "" });
    try {
      for (const headers of [{}, { "X-Vapi-Secret": "" }] as Record<string, string>[]) {
        const answer = await fetch(server.url, {
          method: "POST",
          body: JSON.stringify({ message }),
          headers,
        });
        assert.equal(answer.status, 500);
      }
    } finally {
      server.stop();
    }
  });

  it("leads a call from its start to a complete, enhanced transcript in the patient's lists", async () => {
    const { uid, idToken: token } = await patient();
    const { patientContext } = assertStarted(await start(token), uid);
    const turns = [
      { role: "assistant" as const, text: "Good morning, how is your knee?" },
      { role: "user" as const, text: "Much better, thank you." },
    ];
    const held = await holdCall({ metadata: { ...patientContext }, turns, isDoubled: true });
    assert.ok(held.deliveries.length > 10);
    for (const { type, status } of held.deliveries) assert.equal(status, 204, type);
    const sessionId = vapiSessionId(patientContext);
    const expected = turns.map(({ role, text }) => [role, text]);
    await eventually(async () => {
      const { body } = await send(`/api/voice/sessions/${sessionId}/transcript`, { token });
      const transcript = body as { complete: boolean; messages: { role: string; content: string }[] };
      assert.equal(transcript.complete, true);
      assert.deepEqual(
        transcript.messages.map(({ role, content }) => [role, content]),
        expected,
      );
    });
    const listed = await send(`/api/voice/sessions?userId=${uid}`, { token });
    const [session] = listed.body as { kind: string; status: string; endReason: string }[];
    assert.deepEqual([session?.kind, session?.status, session?.endReason], ["vapi", "ended", "hangup"]);
    await eventually(async () => {
      const enhanced = await send("/api/enhanced-transcripts?call_direction=vapi", { token });
      const [one] = enhanced.body as { id: string; transcript_sid: string; conversation_turns: number }[];
      assert.deepEqual([one?.id, one?.conversation_turns], [sessionId, 2]);
      const whole = await send(`/api/enhanced-transcripts/${one?.transcript_sid}`, { token });
      const { conversation_flow } = whole.body as { conversation_flow: { text: string }[] };
      assert.deepEqual(
        conversation_flow.map(({ text }) => text),
        turns.map(({ text }) => text),
      );
    });
    const deleted = await send(`/api/voice/sessions/${sessionId}`, { method: "DELETE", token });
    assert.equal(deleted.status, 200, deleted.text);
    await eventually(async () => {
      const { body } = await send(`/api/erasure-receipts?session_id=${sessionId}`, { token });
      const receipts = (body as { what: string; sid: string; status: string }[]).map(
        ({ what, sid, status }) => [what, sid, status],
      );
      assert.deepEqual(receipts, [["vapi_call", held.id, "erased"]]);
    });
    const left = await vapiControl<{ id: string }[]>("GET", "calls");
    assert.ok(left.every(({ id }) => id !== held.id));
    const erased = await send("/users/me", { method: "DELETE", token });
    assert.equal(erased.status, 200, erased.text);
    await eventually(async () => {
      for (const path of ["voiceSessions", "voiceTranscripts", "enhancedTranscripts"])
        assert.equal((await firestore().doc(`${path}/${sessionId}`).get()).exists, false, path);
    });
  });
});
