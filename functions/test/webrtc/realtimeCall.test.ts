import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, describe, it } from "mocha";
import { newId } from "../../src/core/ids";
import { createInterview } from "../../src/interviews/createInterview";
import { connectVoice } from "../../src/voice/connectVoice";
import { endVoiceSession } from "../../src/voice/endSession";
import { CONNECT_WINDOW } from "../../src/voice/limits";
import { sessions, sidebands, userLimits } from "../../src/voice/store";
import { MAX_SDP_CHARACTERS, TAKE_UP_ASKS } from "../../src/webrtc/limits";
import { startRealtimeCall } from "../../src/webrtc/startRealtimeCall";
import { tendCalls } from "../../src/webrtc/tendCalls";
import { rejectsWith } from "../support/appError";
import { type Account, account, ask, assertDetail } from "../support/assistantApi";
import { costOf } from "../support/countedFirestore";
import { eventually } from "../support/eventually";
import { loseAnswer } from "../support/lostAnswer";
import { CallStage } from "../support/realtimeCalls";
import { OFFER } from "../support/sdp";

const PATH = "/api/v1/webrtc/calls";
const PUBLIC_URL = "https://api.example.com";
const NOWHERE = { RELAY_URL: "ws://127.0.0.1:9" };

describe("Beginning a WebRTC call", function () {
  this.timeout(60_000);
  let stage: CallStage;
  before(async () => {
    stage = await CallStage.open();
  });
  after(() => stage.close());
  afterEach(async () => {
    await stage.clear();
    stage.model.clearRequests();
  });
  const user = () => `user-${newId()}`;
  const offer = () => stage.client().offer();
  const sessionsOf = async (uid: string) =>
    (await sessions(stage.db).where("userId", "==", uid).get()).docs.map((document) => document.data());

  it("opens a session of its own, with what was asked for", async () => {
    await stage.relay();
    const { sessionId, userId, expiresAt } = await stage.call({
      instructions: "Speak of tea.",
      voice: "cedar",
      language: "de",
    });
    const session = await stage.session(sessionId);
    assert.deepEqual([session?.kind, session?.voice, session?.userId], ["webrtc", "cedar", userId]);
    assert.equal(session?.expiresAt.toDate().toISOString(), expiresAt);
    const [call] = stage.open();
    assert.match(call?.config.instructions ?? "", /^Speak of tea\..*Speak German/s);
    assert.equal(call?.config.audio.output.voice, "cedar");
    assert.equal(call?.config.max_output_tokens, 4_096);
  });

  it("practises a question of an interview for an hour", async () => {
    await stage.relay();
    const userId = user();
    const { id } = await createInterview(stage.as(userId), { type: "technical", role: "Nurse" });
    const { sessionId } = await stage.call({ interview_id: id, question_number: 2 }, userId);
    const session = await stage.session(sessionId);
    assert.deepEqual(session?.interview, { interviewId: id, questionNumber: 2 });
    const lastsMs = Number(session?.expiresAt.toMillis()) - Number(session?.createdAt.toMillis());
    assert.equal(lastsMs, 3_600_000);
    assert.match(stage.open()[0]?.config.instructions ?? "", /Nurse/);
  });

  it("goes on in a session that connectVoice has opened", async () => {
    await stage.relay();
    const userId = user();
    const backend = stage.as(userId, { PUBLIC_URL });
    const connected = await connectVoice(backend, {
      sessionId: newId(),
      userId,
      transport: "webrtc",
      instructions: "Speak of coffee.",
    });
    assert.ok("callsUrl" in connected && !("wsUrl" in connected));
    assert.equal(connected.callsUrl, `${PUBLIC_URL}${PATH}`);
    await stage.call({ sessionId: connected.sessionId }, userId);
    assert.match(stage.open()[0]?.config.instructions ?? "", /coffee/);
  });

  it("costs what the guide says", async () => {
    const relay = await stage.relay();
    const userId = user();
    const sdp = await offer();
    const backend = stage.as(userId);
    const cost = await costOf(stage.db, () => startRealtimeCall(backend, { sdp }));
    // The relay's own on the same handle.
    assert.deepEqual([cost.reads, cost.writes], [6, 6]);
    assert.equal(stage.model.requests().length, 1);
    assert.equal(relay.connections(), 0);
  });

  it("stores no description of the client's network and no key, and logs none", async () => {
    await stage.relay();
    const { sessionId, sdp } = await stage.call();
    const stored = JSON.stringify([await stage.session(sessionId), await stage.noted(sessionId)]);
    const password = /^a=ice-pwd:(\S+)/m.exec(sdp)?.[1] ?? assert.fail("no password in the answer");
    assert.ok(stage.log.some(({ message }) => message === "realtime call begun"));
    for (const secret of [password, "sk-calls-1234", "v=0"]) {
      assert.ok(!stored.includes(secret));
      assert.ok(!JSON.stringify(stage.log).includes(secret));
    }
  });

  describe("leaves nothing behind", () => {
    it("where no relay can take the call up", async () => {
      const userId = user();
      const backend = stage.as(userId, NOWHERE);
      const error = await rejectsWith(
        "provider_unavailable",
        startRealtimeCall(backend, { sdp: await offer() }),
      );
      assert.match(error.safeMessage, /try again/);
      assert.deepEqual(stage.open(), []);
      assert.deepEqual(await sessionsOf(userId), []);
    });

    for (const kind of ["http_401", "http_429", "http_500"] as const) {
      it(`where every key fails by ${kind}`, async () => {
        await stage.relay();
        stage.model.addFault({ kind, endpoint: "calls", times: 5 });
        const userId = user();
        const error = await rejectsWith(
          "provider_unavailable",
          startRealtimeCall(stage.as(userId), { sdp: await offer() }),
        );
        assert.doesNotMatch(error.safeMessage, /sk-|quota|HTTP|Incorrect/);
        assert.deepEqual(await sessionsOf(userId), []);
      });
    }

    it("where the model cannot answer the offer", async () => {
      await stage.relay();
      const userId = user();
      const unanswerable = OFFER.replace(/a=rtpmap.*\r\n/g, "").replace("111 0 8", "96");
      const error = await rejectsWith(
        "invalid_argument",
        startRealtimeCall(stage.as(userId), { sdp: unanswerable }),
      );
      assert.match(error.safeMessage, /^sdp: /);
      assert.deepEqual(await sessionsOf(userId), []);
    });
  });

  it("goes on to the next key of the pool", async () => {
    await stage.relay();
    stage.model.addFault({ kind: "http_429", endpoint: "calls", key: "sk-first-9999" });
    const keys = { OPENAI_API_KEY: undefined, OPENAI_API_KEYS: "sk-first-9999,sk-calls-1234" };
    await startRealtimeCall(stage.as(user(), keys), { sdp: await offer() });
    assert.equal(stage.open().length, 1);
  });

  it("waits for the relay that is joining it, where that one's answer was lost and another is asked", async () => {
    const joining = await stage.relay({ sidebandJoinMs: 3_000 });
    const other = await stage.relay();
    stage.model.addFault({ kind: "handshake_hang", times: 1 });
    let asks = 0;
    const front = createServer(async ({ url = "", headers }, response) => {
      asks += 1;
      const askedOf = (asks === 1 ? joining : other).url.replace("ws:", "http:");
      const authorization = headers.authorization ?? "";
      const answer = fetch(askedOf + url, { method: "POST", headers: { authorization } });
      if (asks > 1) {
        response.writeHead((await answer).status).end();
        return;
      }
      const callId = url.split("/").at(-1) ?? "";
      await eventually(async () =>
        assert.ok((await sidebands(stage.db).doc(callId).get()).data()?.heldBy, "it is being joined"),
      );
      response.destroy();
    });
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    const RELAY_URL = `ws://127.0.0.1:${(front.address() as AddressInfo).port}`;
    try {
      const begun = await startRealtimeCall(stage.as(user(), { RELAY_URL }), { sdp: await offer() });
      assert.equal(stage.open()[0]?.sidebands, 1);
      assert.equal((await stage.noted(begun.sessionId))[0]?.wasJoined, true);
      assert.ok(asks > TAKE_UP_ASKS, `${asks} asks`);
    } finally {
      front.close();
    }
  });

  it("counts once, where Firestore's answer to its being admitted is lost: the tenth of a minute is let in", async () => {
    await stage.relay();
    const [sessionId, userId] = [newId(), user()];
    const backend = stage.as(userId, { PUBLIC_URL });
    const connect = () => connectVoice(backend, { sessionId, userId, transport: "webrtc" });
    const connects = async () => (await userLimits(stage.db).doc(userId).get()).data()?.connects.length;
    for (let n = 2; n < CONNECT_WINDOW.limit; n += 1) await connect();
    const isLost = loseAnswer(stage.db, "voiceUsers");
    await connect();
    assert.ok(isLost());
    assert.equal(await connects(), CONNECT_WINDOW.limit - 1);
    const isLostAgain = loseAnswer(stage.db, "voiceUsers");
    await startRealtimeCall(backend, { sdp: await offer(), sessionId });
    assert.ok(isLostAgain());
    assert.equal(await connects(), CONNECT_WINDOW.limit);
  });

  it("is refused in another's session, one that has ended, and one of another kind", async () => {
    await stage.relay();
    const { sessionId, userId } = await stage.call();
    const sdp = await offer();
    await rejectsWith("permission_denied", startRealtimeCall(stage.as(user()), { sdp, sessionId }));
    await endVoiceSession(stage.as(userId), { sessionId });
    await rejectsWith("conflict", startRealtimeCall(stage.as(userId), { sdp, sessionId }));
    const app = newId();
    await connectVoice(stage.as(userId), { sessionId: app, userId });
    await rejectsWith("conflict", startRealtimeCall(stage.as(userId), { sdp, sessionId: app }));
    const backend = stage.as(userId, { PUBLIC_URL });
    const webrtc = newId();
    await connectVoice(backend, { sessionId: webrtc, userId, transport: "webrtc" });
    await rejectsWith("conflict", connectVoice(backend, { sessionId: webrtc, userId }));
  });

  describe("over HTTPS", () => {
    let ann: Account;
    before(async () => {
      ann = await account();
    });
    const post = (body: unknown) => ask("POST", PATH, { token: ann.accessToken, body });

    it("names what is wrong with it", async () => {
      const wrong: [string, object][] = [
        ["sdp", {}],
        ["sdp", { sdp: "" }],
        ["sdp", { sdp: "hello" }],
        ["sdp", { sdp: 1 }],
        ["sdp", { sdp: OFFER + "a=x\r\n".repeat(MAX_SDP_CHARACTERS / 4) }],
        ["sessionId", { sdp: OFFER, sessionId: "__x__" }],
        ["voice", { sdp: OFFER, voice: "onyx" }],
        ["question_number", { sdp: OFFER, interview_id: "x" }],
        ["question_number", { sdp: OFFER, question_number: 1 }],
        ["instructions", { sdp: OFFER, scenarioId: "sales", instructions: "x" }],
        ["interview_id", { sdp: OFFER, interview_id: "x", question_number: 1, instructions: "x" }],
        ["pigeon", { sdp: OFFER, pigeon: 1 }],
      ];
      for (const [field, body] of wrong) assertDetail(await post(body), 422, field);
      assertDetail(await post({ sdp: OFFER + "x".repeat(1_100_000) }), 413);
    });

    it("is for those alone who are signed in, and for their own interviews", async () => {
      assertDetail(await ask("POST", PATH, { body: { sdp: OFFER } }), 401);
      assertDetail(await post({ sdp: OFFER, interview_id: "nobodys", question_number: 1 }), 404);
    });
  });
});

describe("Each minute", function () {
  this.timeout(60_000);
  let stage: CallStage;
  before(async () => {
    stage = await CallStage.open();
  });
  after(() => stage.close());
  afterEach(() => stage.clear());

  it("a call that nobody holds is given to a relay, also where none was running", async () => {
    const first = await stage.relay();
    const { sessionId } = await stage.call();
    await first.drain();
    await stage.letRunOut(sessionId);
    const second = await stage.relay();
    assert.equal(stage.open()[0]?.sidebands, 0);
    await tendCalls(stage.as("system"));
    assert.equal(stage.open()[0]?.sidebands, 1);
    assert.ok(second.log.some(({ message }) => message === "sideband opened"));
  });

  it("a call whose session has ended is hung up, though there be no relay", async () => {
    const relay = await stage.relay();
    const { client, sessionId, userId } = await stage.call();
    await relay.drain();
    await endVoiceSession(stage.as(userId), { sessionId });
    await stage.letRunOut(sessionId);
    await tendCalls(stage.as("system", NOWHERE));
    await eventually(async () => assert.ok(!client.isOpen));
    assert.deepEqual(await stage.noted(sessionId), []);
  });

  it("one read is all, where there is nothing to do", async () => {
    const { reads, writes, queries } = await costOf(stage.db, () => tendCalls(stage.as("system")));
    // A query that finds nothing is billed as one read.
    assert.deepEqual([reads, writes, queries.length], [0, 0, 1]);
  });

  it("one that cannot be looked after keeps the others from nothing", async () => {
    const relay = await stage.relay();
    const [one, two] = [await stage.call(), await stage.call()];
    await relay.drain();
    for (const { sessionId, userId } of [one, two]) {
      await endVoiceSession(stage.as(userId), { sessionId });
      await stage.letRunOut(sessionId);
    }
    stage.model.addFault({ kind: "http_429", endpoint: "hangup" });
    await tendCalls(stage.as("system", NOWHERE));
    assert.equal(stage.open().length, 1);
    await tendCalls(stage.as("system", NOWHERE));
    assert.equal(stage.open().length, 0);
  });
});
