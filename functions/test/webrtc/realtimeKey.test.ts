import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import type { ClientSecretCreateParams } from "openai/resources/realtime/client-secrets";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import type { Ctx, LimitState } from "../../src/core/ctx";
import { createInterview } from "../../src/interviews/createInterview";
import { recordPractice } from "../../src/interviews/recordPractice";
import { replaceSessions } from "../../src/interviews/replaceSessions";
import { connectVoice } from "../../src/voice/connectVoice";
import { CONNECT_WINDOW, KEY_WINDOW, MAX_ACTIVE_SESSIONS } from "../../src/voice/limits";
import { sessions, userLimits } from "../../src/voice/store";
import { openVapiSession } from "../../src/voice/vapiSessions";
import { createRealtimeKey } from "../../src/webrtc/createRealtimeKey";
import { KEY_SECONDS, PROVIDER_MS } from "../../src/webrtc/limits";
import { rejectsWith } from "../support/appError";
import { costOf } from "../support/countedFirestore";
import { testWorld } from "../support/testCtx";

const KEYS = "sk-key-one-1111,sk-key-two-2222";
const [FIRST, SECOND] = KEYS.split(",");

describe("An ephemeral key", () => {
  const world = testWorld();
  let model: OpenAiSimulator;
  let users = 0;
  before(async () => {
    model = await startOpenAiSimulator();
  });
  after(() => model.stop());
  afterEach(() => {
    model.clearFaults();
    model.clearRequests();
  });

  /** A user of their own with an interview of three questions. Each has a pool of keys that knows no failures yet. */
  async function interviewed(settings: Record<string, string> = {}) {
    users += 1;
    const uid = `user-${users}`;
    const ctx = world.configured({ OPENAI_API_KEYS: KEYS, OPENAI_BASE_URL: model.url, ...settings }, uid);
    const questions = ["Why us?", "Tell me of a conflict.", "Where do you see yourself?"];
    const { id } = await createInterview(ctx, { type: "behavioral", role: "Nurse", questions });
    return { ctx, uid, ask: { interview_id: id, question_number: 2 } };
  }
  const storedSession = async (sessionId: string) => (await sessions(world.db).doc(sessionId).get()).data();
  const openSessions = async (uid: string) =>
    Object.keys((await userLimits(world.db).doc(uid).get()).data()?.active ?? {});

  it("comes with the session that it opens, in the shape that clients know", async () => {
    const { ctx, uid, ask } = await interviewed();
    const answer = await createRealtimeKey(ctx, ask);
    const { realtimeSession, instructions, sessionId } = answer;
    assert.equal(answer.id, `sess_${ask.interview_id}_${uid}_2`);
    assert.equal(answer.ttl, 3_600);
    assert.equal(Date.parse(answer.expiresAt), world.now().getTime() + 3_600_000);
    assert.deepEqual([answer.interviewId, answer.userId, answer.questionNumber], [ask.interview_id, uid, 2]);
    assert.match(instructions, /Tell me of a conflict\./);
    assert.equal(answer.sdpUrl, `${model.url}/realtime/calls`);

    assert.match(realtimeSession.id, /^sess_/);
    assert.equal(realtimeSession.object, "realtime.session");
    assert.match(realtimeSession.client_secret.value, /^ek_/);
    const lifeSeconds = realtimeSession.client_secret.expires_at - Date.now() / 1_000;
    assert.ok(lifeSeconds > 0 && lifeSeconds <= KEY_SECONDS, `${lifeSeconds} s`);
    assert.equal(realtimeSession.model, "gpt-realtime-2.1");
    assert.deepEqual(realtimeSession.modalities, ["audio", "text"]);
    assert.equal(realtimeSession.instructions, instructions);
    assert.equal(realtimeSession.max_response_output_tokens, 4_096);
    assert.equal(realtimeSession.input_audio_transcription?.model, "gpt-transcribe");
    assert.equal(realtimeSession.turn_detection?.type, "server_vad");

    const stored = await storedSession(sessionId);
    assert.equal(stored?.kind, "webrtc");
    assert.equal(stored?.status, "active");
    assert.equal(stored?.voice, realtimeSession.voice);
    assert.deepEqual(stored?.interview, { interviewId: ask.interview_id, questionNumber: 2 });
    assert.deepEqual(await openSessions(uid), [sessionId]);
  });

  it("is asked for once, as the official types have it, for 2 reads and 2 writes", async () => {
    const { ctx, ask } = await interviewed();
    const { reads, writes, transactions } = await costOf(world.db, () => createRealtimeKey(ctx, ask));
    assert.deepEqual({ reads, writes, transactions }, { reads: 2, writes: 2, transactions: 1 });
    const asked = model.requests().filter(({ path }) => path === "/realtime/client_secrets");
    assert.equal(asked.length, 1);
    const body = asked[0]?.body as ClientSecretCreateParams;
    assert.deepEqual(body.expires_after, { anchor: "created_at", seconds: KEY_SECONDS });
    assert.ok(body.session?.type === "realtime");
    assert.deepEqual(body.session.output_modalities, ["audio"]);
  });

  it("stands in no log and in no document", async () => {
    const { ctx, uid, ask } = await interviewed();
    const { realtimeSession, sessionId } = await createRealtimeKey(ctx, ask);
    const stored = JSON.stringify([await storedSession(sessionId), await openSessions(uid)]);
    for (const secret of [realtimeSession.client_secret.value, ...KEYS.split(",")]) {
      assert.ok(!JSON.stringify(world.log).includes(secret));
      assert.ok(!stored.includes(secret));
    }
  });

  describe("where a key of the pool fails", () => {
    const failures = [
      { kind: "http_401" },
      { kind: "http_429" },
      { kind: "http_429", code: "insufficient_quota" },
      { kind: "http_500" },
    ] as const;
    for (const failure of failures) {
      const name = "code" in failure ? failure.code : failure.kind;
      it(`by ${name}, comes from the next, one request later`, async () => {
        const { ctx, ask } = await interviewed();
        model.addFault({ ...failure, endpoint: "secrets", key: FIRST });
        const { realtimeSession } = await createRealtimeKey(ctx, ask);
        assert.match(realtimeSession.client_secret.value, /^ek_/);
        assert.equal(model.requests().length, 2);
        // The one that failed is rested.
        await createRealtimeKey(ctx, { ...ask, question_number: 1 });
        assert.equal(model.requests().length, 3);
      });
    }

    it("by saying nothing, comes from the next, long before the client would give up", async function () {
      this.timeout(PROVIDER_MS * 3);
      const { ctx, ask } = await interviewed();
      model.addFault({ kind: "http_hang", endpoint: "secrets", key: FIRST });
      const start = performance.now();
      await createRealtimeKey(ctx, ask);
      assert.ok(performance.now() - start < PROVIDER_MS);
      assert.equal(model.requests().length, 2);
    });

    it("by being out of reach, is refused in our own words", async () => {
      const { ctx, ask } = await interviewed({ OPENAI_BASE_URL: "http://127.0.0.1:9/v1" });
      const error = await rejectsWith("provider_unavailable", createRealtimeKey(ctx, ask));
      assert.doesNotMatch(error.safeMessage, /127|ECONN|sk-/);
    });
  });

  describe("that cannot be had", () => {
    for (const kind of ["http_401", "http_429", "http_500"] as const) {
      it(`for every key fails by ${kind}, leaves no session behind`, async () => {
        const { ctx, uid, ask } = await interviewed();
        model.addFault({ kind, endpoint: "secrets", times: 10 });
        const error = await rejectsWith("provider_unavailable", createRealtimeKey(ctx, ask));
        assert.doesNotMatch(error.safeMessage, /sk-|quota|Incorrect|HTTP/);
        assert.deepEqual(await openSessions(uid), []);
        const left = await sessions(world.db).where("userId", "==", uid).get();
        assert.equal(left.size, 0);
      });
    }

    it("without a key on the server says so", async () => {
      const { ctx, ask } = await interviewed({ OPENAI_API_KEYS: "" });
      await rejectsWith("not_configured", createRealtimeKey(ctx, ask));
    });

    it("for a question that is not there, or another's interview, asks OpenAI for nothing", async () => {
      const [ann, bob] = [await interviewed(), await interviewed()];
      for (const question_number of [4, 50]) {
        const error = await rejectsWith(
          "invalid_argument",
          createRealtimeKey(ann.ctx, { ...ann.ask, question_number }),
        );
        assert.match(error.safeMessage, /^question_number: .*3 questions/);
      }
      const others = await rejectsWith("not_found", createRealtimeKey(bob.ctx, ann.ask));
      const missing = await rejectsWith(
        "not_found",
        createRealtimeKey(bob.ctx, { ...ann.ask, interview_id: "there-is-none" }),
      );
      assert.equal(others.safeMessage, missing.safeMessage);
      assert.equal(model.requests().length, 0);
    });
  });

  describe("is limited as every session is:", () => {
    const keyFor = (ctx: Ctx, ask: { interview_id: string; question_number: number }) =>
      createRealtimeKey(ctx, ask);

    it(`${MAX_ACTIVE_SESSIONS} sessions at once`, async () => {
      const { ctx, ask } = await interviewed();
      for (let open = 0; open < MAX_ACTIVE_SESSIONS; open += 1) await keyFor(ctx, ask);
      await rejectsWith("rate_limited", keyFor(ctx, ask));
    });

    it("but one of an interview takes the place of the one before", async () => {
      const { ctx, uid, ask } = await interviewed();
      for (let round = 0; round < MAX_ACTIVE_SESSIONS + 2; round += 1) {
        world.pass(1);
        const { sessionId } = await keyFor(ctx, ask);
        // As the trigger does, soon after.
        await recordPractice(ctx, sessionId);
        await replaceSessions(ctx, sessionId);
        assert.deepEqual(await openSessions(uid), [sessionId]);
      }
    });

    it(`${CONNECT_WINDOW.limit} a minute`, async () => {
      const { ctx, uid, ask } = await interviewed();
      const connects = Array.from({ length: CONNECT_WINDOW.limit }, () => world.now().getTime());
      await userLimits(world.db).doc(uid).set({ connects, keys: [], active: {} });
      const error = await rejectsWith("rate_limited", keyFor(ctx, ask));
      assert.ok(Number(error.details.retryAfterSeconds) > 0);
      const left = await sessions(world.db).where("userId", "==", uid).get();
      assert.equal(left.size, 0);
    });

    /** One key after another, each in the place of the one before, at the pace that the connects a minute allow. */
    async function keysOfAnHour(ctx: Ctx, ask: { interview_id: string; question_number: number }) {
      for (let given = 0; given < KEY_WINDOW.limit; given += 1) {
        world.pass(60);
        const { sessionId } = await keyFor(ctx, ask);
        await recordPractice(ctx, sessionId);
        await replaceSessions(ctx, sessionId);
      }
    }

    it(`and ${KEY_WINDOW.limit} keys an hour, for what is begun with one cannot be ended`, async function () {
      this.timeout(30_000);
      const { ctx, uid, ask } = await interviewed();
      await keysOfAnHour(ctx, ask);
      world.pass(60);
      const told: LimitState[] = [];
      const error = await rejectsWith(
        "rate_limited",
        keyFor({ ...ctx, onLimit: (state) => told.push(state) }, ask),
      );
      const leftSeconds = 3_600 - KEY_WINDOW.limit * 60;
      assert.equal(error.details.retryAfterSeconds, leftSeconds);
      assert.match(error.safeMessage, /keys an hour/);
      assert.deepEqual(told.at(-1), { ...KEY_WINDOW, remaining: 0 });
      // Whatever else is opened, and with it forgets nothing.
      await connectVoice(ctx, { sessionId: `session-of-${uid}`, userId: uid });
      await openVapiSession(ctx, { userId: uid, assistantId: "assistant" });
      await rejectsWith("rate_limited", keyFor(ctx, ask));
      world.pass(leftSeconds);
      await keyFor(ctx, ask);
    });

    it("but a key that could not be had counts for none of them", async () => {
      const { ctx, uid, ask } = await interviewed();
      model.addFault({ kind: "http_500", endpoint: "secrets", times: 10 });
      await rejectsWith("provider_unavailable", keyFor(ctx, ask));
      const stored = (await userLimits(world.db).doc(uid).get()).data();
      assert.deepEqual(stored?.keys ?? [], []);
    });

    it("and whoever is refused again and again costs OpenAI nothing more", async () => {
      const { ctx, ask } = await interviewed();
      for (let open = 0; open < MAX_ACTIVE_SESSIONS; open += 1) await keyFor(ctx, ask);
      await rejectsWith("rate_limited", keyFor(ctx, ask));
      model.clearRequests();
      for (let more = 0; more < 5; more += 1) await rejectsWith("rate_limited", keyFor(ctx, ask));
      assert.equal(model.requests().length, 0);
    });
  });

  it("comes from each key of the pool in its turn", async () => {
    const { ctx, ask } = await interviewed();
    await createRealtimeKey(ctx, ask);
    await createRealtimeKey(ctx, ask);
    const used = model.requests().map(({ key }) => key);
    assert.deepEqual(new Set(used), new Set([FIRST, SECOND].map((key) => key?.slice(-4))));
  });
});
