import assert from "node:assert/strict";
import { verify } from "jsonwebtoken";
import { after, afterEach, before, describe, it } from "mocha";
import { ASK_MS, START_MS } from "../../src/vapi/limits";
import { startVapiSession } from "../../src/vapi/startSession";
import { endVoiceSession } from "../../src/voice/endSession";
import { CONNECT_WINDOW, MAX_ACTIVE_SESSIONS, SESSION_TTL_SECONDS } from "../../src/voice/limits";
import { getVoiceSession, listVoiceSessions } from "../../src/voice/readSessions";
import { sessions } from "../../src/voice/store";
import { openVapiSession, vapiSessionId } from "../../src/voice/vapiSessions";
import { rejectsWith } from "../support/appError";
import { costOf, ownDatabase } from "../support/countedFirestore";
import { eventually } from "../support/eventually";
import { loseAnswer } from "../support/lostAnswer";
import { type VapiWorld, vapiWorld } from "../support/vapi";

const DOWN = "Vapi service temporarily unavailable";

describe("starting a session with the assistant at Vapi", () => {
  let world: VapiWorld;
  before(async () => {
    world = await vapiWorld();
  });
  after(() => world.vapi.stop());
  afterEach(() => world.vapi.clearFaults());

  const start = (uid: string, instance = world.instance) =>
    startVapiSession(world.patient(uid, { instance }), {});
  const asked = () => world.vapi.requests().length;

  it("gives exactly what the app needs, and a voice session of its own kind", async () => {
    const started = await start("ann");
    const context = { id: "ann", validatedAt: world.now().toISOString() };
    assert.deepEqual(started, {
      success: true,
      data: { apiKey: "public-key", assistantId: "assistant-1", patientContext: context },
      message: "Vapi configuration retrieved",
    });
    const session = await getVoiceSession(world.patient("ann"), { sessionId: vapiSessionId(context) });
    assert.deepEqual([session.kind, session.status, session.userId], ["vapi", "active", "ann"]);
    assert.equal(Date.parse(session.expiresAt) - world.now().getTime(), SESSION_TTL_SECONDS * 1_000);
  });

  it("is for patients alone, by their claim, whatever it is instead", async () => {
    for (const type of [undefined, null, "doctor", "Patient", ["patient"], { patient: true }, true, 1]) {
      const ctx = world.patient("ann", { claims: type === undefined ? {} : { type } });
      const { safeMessage } = await rejectsWith("permission_denied", startVapiSession(ctx, {}));
      assert.equal(safeMessage, "Only patients can access voice assistant");
    }
    await rejectsWith("unauthenticated", startVapiSession(world.instance, {}));
  });

  it("takes a patientId that is the caller's own, and no other", async () => {
    const ctx = world.patient("bea");
    assert.equal((await startVapiSession(ctx, { patientId: "bea" })).data.patientContext.id, "bea");
    await rejectsWith("permission_denied", startVapiSession(ctx, { patientId: "ann" }));
  });

  it("costs one transaction of 1 read and 2 writes, and asks Vapi once in minutes", async () => {
    const instance = world.anew();
    const count = asked();
    const cost = await costOf(world.db, () => start("cat", instance));
    assert.deepEqual([cost.transactions, cost.reads, cost.writes], [1, 1, 2]);
    world.pass(299);
    await start("cat", instance);
    assert.equal(asked() - count, 1);
    world.pass(1);
    await start("dan", instance);
    assert.equal(asked() - count, 2);
  });

  it("says who started what in one line, without health data, keys or other claims", async () => {
    const before = world.log.length;
    const claims = { type: "patient", diagnosis: "hidden-diagnosis", email: "eve@example.com" };
    const { data } = await startVapiSession(world.patient("eve", { claims }), {});
    const lines = world.log.slice(before).filter(({ audit }) => audit === true);
    assert.deepEqual(lines, [
      {
        severity: "NOTICE",
        message: "vapi session started",
        audit: true,
        uid: "eve",
        type: "patient",
        sessionId: vapiSessionId(data.patientContext),
        assistantId: "assistant-1",
      },
    ]);
    assert.doesNotMatch(JSON.stringify(world.log.slice(before)), /hidden|@|-key/);
  });

  it("takes the place of those that never came to a call, where there is no more room", async () => {
    const ids = [];
    for (let count = 0; count < MAX_ACTIVE_SESSIONS + 2; count += 1) {
      const { data } = await start("hal");
      ids.push(vapiSessionId(data.patientContext));
    }
    const found = await Promise.all(ids.map((id) => sessions(world.db).doc(id).get()));
    assert.deepEqual(
      found.map((document) => document.data()?.endReason),
      ["replaced", "replaced", "replaced", undefined, undefined],
    );
  });

  it("counts like any session: ten connects a minute, three open at once, one that has ended no more", async () => {
    const opened: Awaited<ReturnType<typeof start>>[] = [];
    for (let count = 0; count < MAX_ACTIVE_SESSIONS; count += 1) opened.push(await start("fay"));
    for (const [n, { data }] of opened.entries()) {
      const call = sessions(world.db).doc(vapiSessionId(data.patientContext));
      await call.update({ "vapi.callId": `call-${n}` });
    }
    await rejectsWith("rate_limited", start("fay"));
    for (let count = MAX_ACTIVE_SESSIONS; count < CONNECT_WINDOW.limit; count += 1) {
      const sessionId = vapiSessionId(opened.shift()?.data.patientContext ?? { id: "", validatedAt: "" });
      await endVoiceSession(world.as("fay"), { sessionId });
      opened.push(await start("fay"));
    }
    const sessionId = vapiSessionId(opened[0]?.data.patientContext ?? { id: "", validatedAt: "" });
    await endVoiceSession(world.as("fay"), { sessionId });
    const { details } = await rejectsWith("rate_limited", start("fay"));
    assert.ok((details.retryAfterSeconds ?? 0) > 0);
  });

  it("opens a session each, also for one user in one millisecond", async () => {
    const given = [await start("gil"), await start("gil"), await start("gil")];
    const times = given.map(
      ({ data }) => Date.parse(data.patientContext.validatedAt) - world.now().getTime(),
    );
    assert.deepEqual(times, [0, 1, 2]);
    const listed = await listVoiceSessions(world.as("gil"), { userId: "gil", limit: 10 });
    assert.equal(listed.sessions.length, 3);
  });

  it("opens one session where Firestore's answer is lost, also beside another start in that millisecond", async function () {
    this.timeout(60_000);
    for (const count of [1, 2]) {
      const uid = `ola-${count}`;
      const db = ownDatabase();
      const isLost = loseAnswer(db, "voiceSessions");
      const given = await Promise.all(
        Array.from({ length: count }, () =>
          openVapiSession({ ...world.instance, db }, { userId: uid, assistantId: "a" }),
        ),
      );
      assert.ok(isLost());
      const ids = given.map(({ session }) => session.sessionId);
      const { docs } = await sessions(db).get();
      assert.deepEqual(docs.map(({ id }) => id).sort(), ids.sort());
      assert.equal((await db.doc(`voiceUsers/${uid}`).get()).get("connects").length, count);
    }
  });

  it("100 at once, a session each and one request to Vapi", async () => {
    const instance = world.anew();
    const count = asked();
    world.vapi.addFault({ latencyMs: 200 });
    const users = Array.from({ length: 100 }, (_, index) => `user-${index}`);
    const given = await Promise.all(users.map((uid) => start(uid, instance)));
    assert.equal(asked() - count, 1);
    const ids = given.map(({ data }) => vapiSessionId(data.patientContext));
    assert.equal(new Set(ids).size, 100);
    const stored = await world.db.getAll(...ids.map((id) => sessions(world.db).doc(id)));
    assert.deepEqual(
      stored.map((one) => one.get("userId")),
      users,
    );
  });

  for (const [what, fault] of [
    ["fails", { status: 500 }],
    ["is down", { status: 503 }],
    ["is asked too often", { status: 429 }],
    ["cuts the connection", { drop: true }],
    ["answers with a page", { malformed: "html" }],
    ["answers with nothing", { malformed: "empty" }],
    ["speaks of another assistant", { malformed: "other" }],
  ] as const) {
    it(`is refused where Vapi ${what} and was never asked before, opens nothing, and works when Vapi does`, async () => {
      const [instance, uid] = [world.anew(), `hal: ${what}`];
      world.vapi.addFault(fault);
      const { safeMessage, details } = await rejectsWith("provider_unavailable", start(uid, instance));
      assert.equal(safeMessage, DOWN);
      assert.equal(details.retryAfterSeconds, 5);
      const count = asked();
      await rejectsWith("provider_unavailable", start(uid, instance));
      assert.equal(asked(), count, "Vapi is left alone for a moment");
      assert.deepEqual((await listVoiceSessions(world.as(uid), { userId: uid, limit: 1 })).sessions, []);
      world.pass(3);
      await start(uid, instance);
    });
  }

  it("goes on for an hour where Vapi has stopped answering, and not for longer", async () => {
    const instance = world.anew();
    await start("ida", instance);
    world.vapi.addFault({ status: 503, times: 100 });
    for (const seconds of [301, 1_800, 1_400]) {
      world.pass(seconds);
      await start("ida", instance);
    }
    world.pass(100);
    await rejectsWith("provider_unavailable", start("ida", instance));
    world.vapi.clearFaults();
    world.pass(3);
    await start("ida", instance);
  });

  it("is refused without a word of Vapi's where the assistant is gone or the key is wrong, until that is put right", async () => {
    const instance = world.anew();
    await start("joe", instance);
    for (const status of [404, 401, 403]) {
      world.pass(3_000);
      world.vapi.addFault({ status });
      const { safeMessage, cause } = await rejectsWith("provider_failed", start("joe", instance));
      assert.equal(safeMessage, "The voice assistant is not set up correctly on the server.");
      assert.match(String(cause), /Vapi: /);
      world.pass(14);
      await rejectsWith("provider_failed", start("joe", instance));
      world.pass(1);
      const { data } = await start("joe", instance);
      await endVoiceSession(world.as("joe"), { sessionId: vapiSessionId(data.patientContext) });
    }
    for (const wrong of [{ VAPI_API_KEY: "another" }, { VAPI_ASSISTANT_ID: "another" }])
      await rejectsWith("provider_failed", start("joe", world.anew(wrong)));
  });

  it("waits for Vapi for less than for all, and for all for less than the 3 s that are promised", () => {
    assert.ok(ASK_MS < START_MS && START_MS < 3_000);
  });

  it("answers where Vapi hangs, and keeps nothing else waiting meanwhile", async function () {
    this.timeout(30_000);
    const instance = world.anew();
    world.vapi.addFault({ hang: true, times: 100 });
    let settled = 0;
    const starting = Array.from({ length: 20 }, (_, index) =>
      rejectsWith("provider_unavailable", start(`kim-${index}`, instance)).finally(() => {
        settled += 1;
      }),
    );
    for (let count = 0; count < 5; count += 1)
      await listVoiceSessions(world.as("ann"), { userId: "ann", limit: 1 });
    assert.equal(settled, 0, "others were answered while these waited");
    const refused = await Promise.all(starting);
    assert.ok(refused.every(({ safeMessage }) => safeMessage === DOWN));
  });

  it("answers where Firestore hangs, and what is opened after that is undone", async function () {
    this.timeout(30_000);
    await start("warm");
    const db = ownDatabase();
    const wire = db as unknown as { request(method: string, ...rest: unknown[]): Promise<unknown> };
    const { request } = wire;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    wire.request = async (method, ...rest) => {
      if (method === "commit") await held;
      return request.call(db, method, ...rest);
    };
    const ctx = { ...world.patient("lea"), db };
    const { safeMessage } = await rejectsWith("provider_unavailable", startVapiSession(ctx, {}));
    assert.equal(safeMessage, DOWN);
    release();
    const sessionId = vapiSessionId({ id: "lea", validatedAt: world.now().toISOString() });
    await eventually(async () => {
      const user = await db.doc("voiceUsers/lea").get();
      assert.deepEqual(user.get("active"), {});
      assert.equal((await sessions(db).doc(sessionId).get()).exists, false);
    });
  });

  it("without a setting says which, and asks nobody", async () => {
    const count = asked();
    for (const name of ["VAPI_API_KEY", "VAPI_PUBLIC_API_KEY", "VAPI_ASSISTANT_ID"]) {
      const { safeMessage } = await rejectsWith(
        "not_configured",
        start("max", world.anew({ [name]: undefined })),
      );
      assert.equal(safeMessage, `${name} is not configured on the server.`);
    }
    const noOrganisation = world.anew({ VAPI_USE_PUBLIC_JWT: "true", VAPI_ORG_ID: undefined });
    await rejectsWith("not_configured", start("max", noOrganisation));
    // A token for no page in particular is good on all of them.
    const noPages = world.anew({ VAPI_USE_PUBLIC_JWT: "true", ALLOWED_ORIGINS: undefined });
    const { safeMessage } = await rejectsWith("not_configured", start("max", noPages));
    assert.equal(safeMessage, "ALLOWED_ORIGINS is not configured on the server.");
    assert.equal(asked(), count);
  });

  it("gives a public token where it is set up so: for this assistant, our pages and ten minutes", async () => {
    const origins = "https://app.example,https://www.app.example";
    const instance = world.anew({
      VAPI_USE_PUBLIC_JWT: "true",
      VAPI_PUBLIC_API_KEY: undefined,
      ALLOWED_ORIGINS: origins,
    });
    const { apiKey } = (await start("ned", instance)).data;
    const clockTimestamp = world.now().getTime() / 1_000;
    const verified = verify(apiKey, "private-key", { algorithms: ["HS256"], clockTimestamp });
    assert.deepEqual(verified, {
      orgId: "org-1",
      token: {
        tag: "public",
        restrictions: {
          enabled: true,
          allowedOrigins: origins.split(","),
          allowedAssistantIds: ["assistant-1"],
          allowTransientAssistant: false,
        },
      },
      iat: clockTimestamp,
      exp: clockTimestamp + 600,
    });
    assert.ok(!apiKey.includes("private"));
    const everywhere = world.anew({ VAPI_USE_PUBLIC_JWT: "1", ALLOWED_ORIGINS: "*" });
    const open = (await start("ned", everywhere)).data.apiKey;
    const claims = verify(open, "private-key", { clockTimestamp }) as { token: { restrictions: object } };
    assert.ok(!("allowedOrigins" in claims.token.restrictions));
  });
});
