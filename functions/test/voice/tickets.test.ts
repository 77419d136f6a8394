import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { sha256, sign } from "../../src/core/ids";
import { connectVoice } from "../../src/voice/connectVoice";
import { deleteVoiceSession } from "../../src/voice/deleteSession";
import { endVoiceSession } from "../../src/voice/endSession";
import { SESSION_TTL_SECONDS, TICKET_TTL_SECONDS } from "../../src/voice/limits";
import { attachByTicket, attachByUser, detachRelay } from "../../src/voice/relayConnection";
import { rejectsWith } from "../support/appError";
import { costOf, ownDatabase } from "../support/countedFirestore";
import { everyDocument } from "../support/everyDocument";
import { type TestWorld, testWorld } from "../support/testCtx";

const relay = (connectionId = "socket-1") => ({ relayId: "relay-1", connectionId });

async function ticketFor(world: TestWorld, uid: string, sessionId: string): Promise<string> {
  const { wsUrl } = await connectVoice(world.as(uid), { sessionId, userId: uid });
  return new URL(wsUrl).searchParams.get("ticket") ?? "";
}

describe("a relay ticket", () => {
  it("lets a socket into the session it was given for", async () => {
    const world = testWorld();
    const ticket = await ticketFor(world, "ann", "s1");
    const { session, earlierTurns } = await attachByTicket(world.as(), ticket, relay());
    assert.deepEqual([session.sessionId, session.userId, session.connectionId], ["s1", "ann", "socket-1"]);
    assert.deepEqual(earlierTurns, []);
  });

  it("is used once", async () => {
    const world = testWorld();
    const ticket = await ticketFor(world, "ann", "s1");
    await attachByTicket(world.as(), ticket, relay());
    await rejectsWith("unauthenticated", attachByTicket(world.as(), ticket, relay("socket-2")));
  });

  it("shown by six sockets at once, on as many instances, lets exactly one in", async function () {
    this.timeout(60_000);
    const world = testWorld();
    const ticket = await ticketFor(world, "ann", "s1");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => {
        const db = ownDatabase(world.db.databaseId);
        return attachByTicket({ ...world.as(), db }, ticket, relay(`socket-${n}`));
      }),
    );
    const winners = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    assert.equal(winners.length, 1);
    for (const one of outcomes)
      if (one.status === "rejected") assert.equal(one.reason.code, "unauthenticated");
    const held = await world.db.doc("voiceSessions/s1").get();
    assert.equal(held.get("connectionId"), winners[0]?.session.connectionId);
  });

  it(`is good for ${TICKET_TTL_SECONDS} seconds`, async () => {
    const world = testWorld();
    const [early, late] = [await ticketFor(world, "ann", "s1"), await ticketFor(world, "ann", "s1")];
    world.pass(TICKET_TTL_SECONDS - 1);
    await attachByTicket(world.as(), early, relay());
    world.pass(1);
    await rejectsWith("unauthenticated", attachByTicket(world.as(), late, relay("socket-2")));
  });

  it("that is forged, or changed in any character, costs not even a read", async () => {
    const world = testWorld();
    const ticket = await ticketFor(world, "ann", "s1");
    const [payload = "", signature = ""] = ticket.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const changed = [...ticket].map(
      (char, n) => ticket.slice(0, n) + (char === "A" ? "B" : "A") + ticket.slice(n + 1),
    );
    // The last character of base64url may hold bits that mean nothing; it is compared all the same.
    const forged = [
      "",
      ".",
      payload,
      `${payload}.`,
      `.${signature}`,
      `${ticket}.x`,
      `${ticket} `,
      "x".repeat(100_000),
      `${encode({ ...claims, u: "bob" })}.${signature}`,
      `${encode({ ...claims, s: "s2" })}.${signature}`,
      `${encode({ ...claims, e: claims.e + 60_000 })}.${signature}`,
      `${payload}.${sign("another secret of more than thirty-two characters", "relay-ticket", payload)}`,
      `${payload}.${sign(world.as().config.SECRET_KEY ?? "", "oauth-state", payload)}`,
      ...changed.filter((one) => one !== ticket),
    ];
    const cost = await costOf(world.db, async () => {
      for (const one of forged)
        await rejectsWith("unauthenticated", attachByTicket(world.as(), one, relay()));
    });
    assert.deepEqual([cost.reads, cost.roundTrips], [0, 0]);
    await attachByTicket(world.as(), ticket, relay());
  });

  it("well signed but for another session or user than it was stored for is refused", async () => {
    const world = testWorld();
    for (const [field, value] of [
      ["sessionId", "s2"],
      ["userId", "bob"],
    ] as const) {
      const ticket = await ticketFor(world, "ann", "s1");
      await world.db.doc(`voiceTickets/${sha256(ticket)}`).update({ [field]: value });
      await rejectsWith("unauthenticated", attachByTicket(world.as(), ticket, relay()));
    }
  });

  it("opens no session that has ended, expired or gone", async () => {
    const world = testWorld();
    const ended = await ticketFor(world, "ann", "s1");
    await endVoiceSession(world.as("ann"), { sessionId: "s1" });
    await rejectsWith("conflict", attachByTicket(world.as(), ended, relay()));

    const gone = await ticketFor(world, "ann", "s2");
    await deleteVoiceSession(world.as("ann"), { sessionId: "s2" });
    await rejectsWith("unauthenticated", attachByTicket(world.as(), gone, relay()));

    await ticketFor(world, "ann", "s3");
    world.pass(SESSION_TTL_SECONDS - 30);
    const late = await ticketFor(world, "ann", "s3");
    world.pass(30);
    await rejectsWith("session_expired", attachByTicket(world.as(), late, relay()));
  });

  it("is stored as a hash alone, with the time after which it may go, and never logged", async () => {
    const world = testWorld();
    const ticket = await ticketFor(world, "ann", "s1");
    const all = await everyDocument(world.db);
    for (const part of ticket.split("."))
      assert.doesNotMatch(JSON.stringify([all, world.log]), new RegExp(part));
    const stored = all.find(({ path }) => path === `voiceTickets/${sha256(ticket)}`);
    const goneAt = world.now().getTime() + TICKET_TTL_SECONDS * 1_000;
    assert.equal(stored?.data.expiresAt.toMillis(), goneAt);
  });
});

describe("a socket of the relay", () => {
  it("with an ID token comes into a session of its own, under the same limits", async () => {
    const world = testWorld();
    const { session } = await attachByUser(world.as(), { userId: "ann" }, relay());
    assert.equal(session.userId, "ann");
    await attachByUser(world.as(), { userId: "ann" }, relay("socket-2"));
    await attachByUser(world.as(), { userId: "ann" }, relay("socket-3"));
    await rejectsWith("rate_limited", attachByUser(world.as(), { userId: "ann" }, relay("socket-4")));
    const theirs = { userId: "bob", sessionId: session.sessionId };
    await rejectsWith("permission_denied", attachByUser(world.as(), theirs, relay("socket-5")));
  });

  it("that closes lets go of its session, but not of one that another has taken up", async () => {
    const world = testWorld();
    const user = { userId: "ann", sessionId: "s1" };
    await attachByUser(world.as(), user, relay("socket-1"));
    await attachByUser(world.as(), user, relay("socket-2"));
    await detachRelay(world.as(), "s1", "socket-1");
    const session = world.db.doc("voiceSessions/s1");
    assert.equal((await session.get()).get("connectionId"), "socket-2");
    await detachRelay(world.as(), "s1", "socket-2");
    assert.deepEqual(
      [(await session.get()).get("connectionId"), (await session.get()).get("relayId")],
      [null, null],
    );
    await detachRelay(world.as(), "gone", "socket-2");
  });
});

describe("the cost", () => {
  it("of connecting: one transaction of at most 3 reads and 3 writes, in 3 round trips", async () => {
    const world = testWorld();
    await world.db.doc("warm/up").get();
    const input = { sessionId: "s1", userId: "ann" };
    const opening = await costOf(world.db, () => connectVoice(world.as("ann"), input));
    const { queries: _none, ...first } = opening;
    assert.ok(first.transactions === 1 && first.reads <= 3 && first.writes <= 3, JSON.stringify(first));
    assert.deepEqual(first, { transactions: 1, reads: 2, writes: 3, roundTrips: first.roundTrips });
    assert.ok(first.roundTrips <= 3, `${first.roundTrips} round trips`);
    const again = await costOf(world.db, () => connectVoice(world.as("ann"), input));
    assert.deepEqual([again.transactions, again.reads, again.writes], [1, 2, 2]);
  });

  it("of a socket coming in with a ticket: one transaction of 2 reads and 2 writes", async () => {
    const world = testWorld();
    const ticket = await ticketFor(world, "ann", "s1");
    const cost = await costOf(world.db, () => attachByTicket(world.as(), ticket, relay()));
    assert.deepEqual([cost.transactions, cost.reads, cost.writes], [1, 2, 2]);
  });
});
