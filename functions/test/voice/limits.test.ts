import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { describe, it } from "mocha";
import { AppError } from "../../src/core/errors";
import { newId } from "../../src/core/ids";
import { connectVoice } from "../../src/voice/connectVoice";
import { deleteVoiceSession } from "../../src/voice/deleteSession";
import { endVoiceSession } from "../../src/voice/endSession";
import { CONNECT_WINDOW, MAX_ACTIVE_SESSIONS, SESSION_TTL_SECONDS } from "../../src/voice/limits";
import { rejectsWith } from "../support/appError";
import { ownDatabase } from "../support/countedFirestore";
import { type Answer, send } from "../support/http";
import { type SignedInUser, signedInUser } from "../support/signedInUser";
import { testWorld } from "../support/testCtx";

/** As a client does: comes again when it is told that too many came at once. */
async function connecting(user: SignedInUser, sessionId: string): Promise<Answer> {
  for (;;) {
    const body = { sessionId, userId: user.uid };
    const answer = await send("/api/voice/connect", { method: "POST", token: user.idToken, body });
    if (answer.status !== 503) return answer;
    await delay(Number(answer.headers.get("retry-after")) * 1_000);
  }
}

async function comingAgain<T>(connect: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "busy") throw error;
      await delay((error.details.retryAfterSeconds ?? 1) * 1_000);
    }
  }
}

function assertLimited(answers: Answer[], retryAtMost: number): void {
  for (const answer of answers) {
    assert.equal(answer.status, 429, answer.text);
    const retryAfter = Number(answer.headers.get("retry-after"));
    assert.ok(
      Number.isInteger(retryAfter) && retryAfter >= 1 && retryAfter <= retryAtMost,
      String(retryAfter),
    );
    assert.deepEqual(Object.keys(answer.body as object), ["error"]);
  }
}

const open = (user: string, sessionId = newId()) => ({ sessionId, userId: user });

describe("limits over HTTPS, under concurrency", () => {
  it("of 12 connects at once to one session exactly 10 succeed, the rest are told when to come again", async function () {
    // The emulator starts a process for each request that comes while others run.
    this.timeout(120_000);
    const user = await signedInUser();
    const sessionId = newId();
    const answers = await Promise.all(Array.from({ length: 12 }, () => connecting(user, sessionId)));
    const given = answers.filter((answer) => answer.status === 200);
    assert.equal(given.length, CONNECT_WINDOW.limit);
    assertLimited(
      answers.filter((answer) => answer.status !== 200),
      CONNECT_WINDOW.windowSeconds,
    );
    const tickets = new Set(given.map((answer) => (answer.body as { wsUrl: string }).wsUrl));
    assert.equal(tickets.size, CONNECT_WINDOW.limit, "no ticket twice");
  });

  it("of 10 new sessions at once exactly 3 open", async function () {
    this.timeout(120_000);
    const user = await signedInUser();
    const answers = await Promise.all(Array.from({ length: 10 }, () => connecting(user, newId())));
    assert.equal(answers.filter((answer) => answer.status === 200).length, MAX_ACTIVE_SESSIONS);
    assertLimited(
      answers.filter((answer) => answer.status !== 200),
      SESSION_TTL_SECONDS,
    );
    const listed = await send(`/api/voice/sessions?userId=${user.uid}`, { token: user.idToken });
    assert.equal((listed.body as unknown[]).length, MAX_ACTIVE_SESSIONS);
  });

  it("of one user leave another alone", async () => {
    const [busy, other] = await Promise.all([signedInUser(), signedInUser()]);
    for (let n = 0; n < MAX_ACTIVE_SESSIONS; n += 1) await connecting(busy, newId());
    assert.equal((await connecting(busy, newId())).status, 429);
    assert.equal((await connecting(other, newId())).status, 200);
  });

  it("show in a callable as resource-exhausted with the seconds to wait", async () => {
    const user = await signedInUser();
    for (let n = 0; n < MAX_ACTIVE_SESSIONS; n += 1) await user.call("connectVoice", open(user.uid));
    await assert.rejects(user.call("connectVoice", open(user.uid)), (error) => {
      const { code, details } = error as { code: string; details: { retryAfterSeconds: number } };
      assert.equal(code, "functions/resource-exhausted");
      assert.ok(details.retryAfterSeconds > 0);
      return true;
    });
  });
});

describe("limits, on a clock of their own", () => {
  it("ten connects a minute: the eleventh is told the second from which it succeeds", async () => {
    const world = testWorld();
    const input = open("ann");
    for (let n = 0; n < 10; n += 1) {
      await connectVoice(world.as("ann"), input);
      world.pass(2);
    }
    const refused = await rejectsWith("rate_limited", connectVoice(world.as("ann"), input));
    assert.equal(refused.details.retryAfterSeconds, 40);
    world.pass(39);
    await rejectsWith("rate_limited", connectVoice(world.as("ann"), input));
    world.pass(1);
    await connectVoice(world.as("ann"), input);
    await rejectsWith("rate_limited", connectVoice(world.as("ann"), input));
  });

  it("of 30 connects at once on 5 instances exactly 10 succeed, and of 10 new sessions exactly 3", async function () {
    // Transactions on one document wait for one another, for a second or more after a collision.
    this.timeout(240_000);
    const first = testWorld();
    const worlds = Array.from({ length: 5 }, () => testWorld(first.now(), ownDatabase(first.db.databaseId)));
    const admitted = async (times: number, user: string, sessionId: () => string) => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: times }, (_, n) => {
          const input = open(user, sessionId());
          return comingAgain(() => connectVoice((worlds[n % worlds.length] ?? first).as(user), input));
        }),
      );
      const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason as AppError] : []));
      for (const error of refused) assert.equal(error.code, "rate_limited", error.message);
      return outcomes.length - refused.length;
    };
    assert.equal(await admitted(30, "ann", () => "one-session"), 10);
    assert.equal(await admitted(10, "bob", newId), 3);
  });

  it("three sessions at once: a place is free again when one ends, is deleted or expires", async () => {
    const world = testWorld();
    const ctx = world.as("ann");
    const [first, second, third] = [open("ann"), open("ann"), open("ann")];
    await connectVoice(ctx, first);
    world.pass(60);
    await connectVoice(ctx, second);
    await connectVoice(ctx, third);
    const refused = await rejectsWith("rate_limited", connectVoice(ctx, open("ann")));
    assert.equal(refused.details.retryAfterSeconds, SESSION_TTL_SECONDS - 60, "until the first expires");

    await endVoiceSession(ctx, { sessionId: second.sessionId });
    await connectVoice(ctx, open("ann"));
    await rejectsWith("rate_limited", connectVoice(ctx, open("ann")));

    await deleteVoiceSession(ctx, { sessionId: third.sessionId });
    await connectVoice(ctx, open("ann"));
    await rejectsWith("rate_limited", connectVoice(ctx, open("ann")));

    world.pass(SESSION_TTL_SECONDS - 60);
    await connectVoice(ctx, open("ann"));
    await rejectsWith("rate_limited", connectVoice(ctx, open("ann")));
  });

  it("three sessions at once holds for ids that are names of Object's own", async () => {
    const world = testWorld();
    for (let n = 0; n < 3; n += 1) await connectVoice(world.as("ann"), open("ann"));
    for (const sessionId of ["constructor", "toString", "hasOwnProperty", "valueOf"]) {
      await rejectsWith("rate_limited", connectVoice(world.as("ann"), open("ann", sessionId)));
    }
  });

  it("reconnecting needs no place", async () => {
    const world = testWorld();
    const first = open("ann");
    await connectVoice(world.as("ann"), first);
    for (let n = 0; n < 2; n += 1) await connectVoice(world.as("ann"), open("ann"));
    await connectVoice(world.as("ann"), first);
  });

  it("a refused connect leaves nothing behind and does not count", async () => {
    const world = testWorld();
    for (let n = 0; n < 3; n += 1) await connectVoice(world.as("ann"), open("ann"));
    for (let n = 0; n < 20; n += 1) {
      await rejectsWith("rate_limited", connectVoice(world.as("ann"), open("ann")));
    }
    assert.equal((await world.db.collection("voiceSessions").get()).size, 3);
    assert.equal((await world.db.collection("voiceTickets").get()).size, 3);
    const limits = (await world.db.doc("voiceUsers/ann").get()).data();
    assert.equal(limits?.connects.length, 3);
  });

  it("a session expires 30 minutes after it was opened, however often one reconnects", async () => {
    const world = testWorld();
    const input = open("ann");
    const { expiresAt } = await connectVoice(world.as("ann"), input);
    assert.equal(expiresAt, new Date(world.now().getTime() + 30 * 60_000).toISOString());
    world.pass(SESSION_TTL_SECONDS - 1);
    assert.equal((await connectVoice(world.as("ann"), input)).expiresAt, expiresAt);
    world.pass(1);
    await rejectsWith("session_expired", connectVoice(world.as("ann"), input));
  });

  it("the user's bookkeeping always carries the time after which it may go", async () => {
    const world = testWorld();
    const input = open("ann");
    await connectVoice(world.as("ann"), input);
    await world.db.doc("voiceUsers/ann").delete();
    await endVoiceSession(world.as("ann"), { sessionId: input.sessionId });
    const limits = await world.db.doc("voiceUsers/ann").get();
    assert.ok(!limits.exists || limits.get("expiresAt").toMillis() > world.now().getTime());
  });
});

describe("a server without its settings", () => {
  for (const [name, settings] of Object.entries({
    RELAY_URL: { RELAY_URL: undefined },
    SECRET_KEY: { SECRET_KEY: "" },
  })) {
    it(`gives out no session and says that ${name} is missing`, async () => {
      const world = testWorld();
      const refused = await rejectsWith(
        "not_configured",
        connectVoice(world.configured(settings, "ann"), open("ann")),
      );
      assert.equal(refused.safeMessage, `${name} is not configured on the server.`);
      assert.ok((await world.db.collection("voiceSessions").get()).empty);
    });
  }
});
