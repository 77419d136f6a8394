import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { accessToken } from "../../src/calendar/accessToken";
import { completeConnection } from "../../src/calendar/completeConnection";
import { calendarStates } from "../../src/calendar/store";
import { dialScheduled } from "../../src/calls/dialScheduled";
import { makeCall } from "../../src/calls/makeCall";
import { scheduleCall } from "../../src/calls/scheduleCall";
import { scheduleInput } from "../../src/calls/schemas";
import { callSpend, scheduledCalls } from "../../src/calls/store";
import { newId } from "../../src/core/ids";
import { withLease } from "../../src/core/lease";
import { createInterview } from "../../src/interviews/createInterview";
import { deleteInterview } from "../../src/interviews/deleteInterview";
import { interviewOwners, interviews } from "../../src/interviews/store";
import { createScenario } from "../../src/scenarios/createScenario";
import { deleteScenario } from "../../src/scenarios/deleteScenario";
import { scenarioOwners, scenarios } from "../../src/scenarios/store";
import { connectVoice } from "../../src/voice/connectVoice";
import { deleteVoiceSession } from "../../src/voice/deleteSession";
import { attachByTicket, attachByUser } from "../../src/voice/relayConnection";
import { joinedCall, noteCall, reserveCall } from "../../src/voice/sidebands";
import { sessions, userLimits } from "../../src/voice/store";
import { createRealtimeKey } from "../../src/webrtc/createRealtimeKey";
import { type CalendarWorld, calendarWorld, consent } from "../support/calendarWorld";
import { callWorld, withAccounts } from "../support/callWorld";
import { eventually } from "../support/eventually";
import { loseAnswer } from "../support/lostAnswer";
import { freshPhone, phoneCalls, scriptPhone } from "../support/phone";
import { testWorld } from "../support/testCtx";

const SCENARIO = {
  persona: "A calm and friendly receptionist",
  prompt: "Ask for the caller's name and wish, and write both down for the practice.",
  voice_type: "concerned_female",
  temperature: 0.7,
} as const;
const socket = { relayId: "relay-1", connectionId: "socket-1" };

/** `work` with the answer lost to what it writes to `collection`. */
async function unanswered<T>(
  db: Parameters<typeof loseAnswer>[0],
  collection: string,
  work: () => Promise<T>,
): Promise<T> {
  const isLost = loseAnswer(db, collection);
  const result = await work();
  assert.ok(isLost(), `an answer of ${collection} was lost`);
  return result;
}

describe("What was written, where Firestore's answer to it is lost", () => {
  it("is one scenario, and one that is deleted", async () => {
    const { db, as } = testWorld();
    const { scenario_id } = await unanswered(db, "scenarios", () =>
      createScenario(as("ann"), { ...SCENARIO, on_voicemail: "hang_up" }),
    );
    const { docs } = await scenarios(db).get();
    assert.deepEqual(
      docs.map(({ id }) => id),
      [scenario_id],
    );
    await unanswered(db, "scenarios", () => deleteScenario(as("ann"), { scenario_id }));
    assert.equal((await scenarioOwners(db).doc("ann").get()).data()?.count, 0);
  });

  it("is one scenario also where another is created meanwhile", async () => {
    const { db, as } = testWorld();
    loseAnswer(db, "scenarios");
    const input = { ...SCENARIO, on_voicemail: "hang_up" } as const;
    // The second comes while the first waits to try again.
    const first = createScenario(as("ann"), input);
    await eventually(async () => assert.equal((await scenarios(db).get()).size, 1));
    const second = await createScenario(as("ann"), input);
    assert.notEqual((await first).scenario_id, second.scenario_id);
    assert.equal((await scenarios(db).get()).size, 2);
  });

  it("is one interview, and one that is deleted", async () => {
    const { db, as } = testWorld();
    const { id } = await unanswered(db, "interviews", () =>
      createInterview(as("ann"), { type: "behavioral", role: "Nurse" }),
    );
    assert.equal((await interviewOwners(db).doc("ann").get()).data()?.count, 1);
    await unanswered(db, "interviews", () => deleteInterview(as("ann"), { id }));
    assert.equal((await interviewOwners(db).doc("ann").get()).data()?.count, 0);
    assert.equal((await interviews(db).get()).size, 0);
  });

  it("is one connect, whose ticket lets one socket in", async () => {
    const { db, as } = testWorld();
    const { wsUrl } = await unanswered(db, "voiceTickets", () =>
      connectVoice(as("ann"), { sessionId: "s1", userId: "ann" }),
    );
    assert.equal((await userLimits(db).doc("ann").get()).data()?.connects.length, 1);
    const ticket = new URL(wsUrl).searchParams.get("ticket") ?? "";
    const { session } = await unanswered(db, "voiceTickets", () => attachByTicket(as(), ticket, socket));
    assert.deepEqual([session.connectionId, session.connections], ["socket-1", 1]);
    await assert.rejects(attachByTicket(as(), ticket, { ...socket, connectionId: "socket-2" }), {
      code: "unauthenticated",
    });
  });

  it("is one socket of a user", async () => {
    const { db, as } = testWorld();
    const { session } = await unanswered(db, "voiceSessions", () =>
      attachByUser(as(), { userId: "ann" }, socket),
    );
    assert.equal((await sessions(db).doc(session.sessionId).get()).data()?.connections, 1);
    assert.equal((await userLimits(db).doc("ann").get()).data()?.connects.length, 1);
  });

  it("is a session that is deleted", async () => {
    const { db, as } = testWorld();
    await connectVoice(as("ann"), { sessionId: "s1", userId: "ann" });
    await unanswered(db, "voiceSessions", () => deleteVoiceSession(as("ann"), { sessionId: "s1" }));
    assert.equal((await sessions(db).get()).size, 0);
    assert.deepEqual((await userLimits(db).doc("ann").get()).data()?.active, {});
  });

  it("is a call over WebRTC that one relay has joined", async () => {
    const { db, configured } = testWorld();
    const ctx = configured({ PUBLIC_URL: "https://app.test" }, "ann");
    await connectVoice(ctx, { sessionId: "s1", userId: "ann", transport: "webrtc" });
    const call = { callId: "rtc_1", keyId: "key" };
    await unanswered(db, "voiceSidebands", () => noteCall(ctx, { sessionId: "s1", userId: "ann" }, call));
    const held = { connectionId: "socket-1", heldMs: 60_000 };
    const { outcome } = await unanswered(db, "voiceSidebands", () =>
      reserveCall(ctx, "rtc_1", { ...held, isAsked: true }),
    );
    assert.equal(outcome, "reserved");
    const joined = await unanswered(db, "voiceSidebands", () =>
      joinedCall(ctx, "rtc_1", { ...socket, heldMs: 60_000 }),
    );
    assert.equal(joined?.connections, 1);
    assert.equal((await sessions(db).doc("s1").get()).data()?.connections, 1);
  });

  it("is a lease, under which the work is done", async () => {
    const { db, as } = testWorld();
    const work = () => withLease(as(), "work", 60, async () => "done");
    assert.equal(await unanswered(db, "leases", work), "done");
  });

  describe("for a calendar", () => {
    let calendars: CalendarWorld;
    before(async () => {
      calendars = await calendarWorld();
    });
    after(() => calendars.google.stop());

    it("is one consent, which connects the calendar", async () => {
      const { google, system, world } = calendars;
      const account = "ann@example.com";
      google.addAccount({ email: account, name: "Ann", timeZone: "UTC" });
      const back = await consent(calendars.as("ann"), account);
      const to = await unanswered(world.db, "calendarStates", () => completeConnection(system, back));
      assert.match(to, /success=true/);
      assert.match(await completeConnection(system, back), /expired\+or\+was\+used/);
      assert.equal(google.counts({ account })["token.exchange"], 1);
      assert.equal((await calendarStates(world.db).get()).size, 0);
    });

    it("is one refresh of its token", async () => {
      const { google, world } = calendars;
      const account = await calendars.connect("bob");
      world.pass(3_600);
      await unanswered(world.db, "calendarConnections", () => accessToken(calendars.as("bob"), "bob"));
      assert.equal(google.counts({ account })["token.refresh"], 1);
    });
  });

  describe("for a call", () => {
    /** A user, and a phone that is busy. */
    async function arranged() {
      const { world, as, system } = callWorld();
      const uid = newId();
      await withAccounts(uid);
      const phone = freshPhone();
      await scriptPhone(phone, { answer: "busy", ringMs: 10 });
      return { world, db: world.db, uid, user: as(uid), system, phone };
    }

    it("is one call, placed once, and counted once against its user's day", async () => {
      const { db, user, phone } = await arranged();
      await unanswered(db, "voiceSessions", () =>
        makeCall(user, { phone_number: phone, scenarioId: "survey", record: false, max_minutes: 5 }),
      );
      assert.equal((await phoneCalls(phone)).length, 1);
      const [spend] = (await callSpend(db).get()).docs;
      const { CALL_RESERVE_USD_PER_MINUTE: perMinute } = user.config;
      assert.equal(spend?.data().reservedUsd, 5 * perMinute);
    });

    it("is one scheduled call, which is dialled once", async () => {
      const { world, db, user, system, phone } = await arranged();
      const scheduled_time = new Date(user.now().getTime() + 3_600_000).toISOString();
      const asked = scheduleInput.parse({ phone_number: phone, scenario: "survey", scheduled_time });
      const { id } = await unanswered(db, "scheduledCalls", () => scheduleCall(user, asked));
      assert.deepEqual(
        (await scheduledCalls(db).get()).docs.map((document) => document.id),
        [id],
      );
      world.pass(3_600);
      assert.equal(await unanswered(db, "voiceSessions", () => dialScheduled(system, id)), "placed");
      assert.equal((await phoneCalls(phone)).length, 1);
    });
  });

  describe("for a key to the model", () => {
    let model: OpenAiSimulator;
    before(async () => {
      model = await startOpenAiSimulator();
    });
    after(() => model.stop());

    it("is one session, whose key is given out", async () => {
      const { db, configured } = testWorld();
      const ctx = configured({ OPENAI_API_KEYS: "sk-key-one-1111", OPENAI_BASE_URL: model.url }, "ann");
      const { id } = await createInterview(ctx, { type: "behavioral", role: "Nurse" });
      const { sessionId } = await unanswered(db, "voiceSessions", () =>
        createRealtimeKey(ctx, { interview_id: id, question_number: 1 }),
      );
      assert.deepEqual(
        (await sessions(db).get()).docs.map((document) => document.id),
        [sessionId],
      );
    });
  });
});
