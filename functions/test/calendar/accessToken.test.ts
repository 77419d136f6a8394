import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { accessToken } from "../../src/calendar/accessToken";
import { listEvents } from "../../src/calendar/listEvents";
import { listEventsInput } from "../../src/calendar/schemas";
import { calendarConnections } from "../../src/calendar/store";
import type { Ctx } from "../../src/core/ctx";
import { rejectsWith } from "../support/appError";
import { type CalendarWorld, calendarWorld } from "../support/calendarWorld";
import { costOf, ownDatabase } from "../support/countedFirestore";
import { eventually } from "../support/eventually";

const ASK = listEventsInput.parse({});
const HOUR = 3_600;

describe("a calendar's access token", () => {
  let calendars: CalendarWorld;
  before(async () => {
    calendars = await calendarWorld();
  });
  after(() => calendars.google.stop());
  const refreshes = (account: string) => calendars.google.counts({ account })["token.refresh"] ?? 0;
  const requests = (account: string) =>
    Object.values(calendars.google.counts({ account })).reduce((sum, count) => sum + count, 0);

  it("costs one read and one request while it is fresh", async () => {
    const account = await calendars.connect("ann");
    const before = requests(account);
    const cost = await costOf(calendars.world.db, () => listEvents(calendars.as("ann"), ASK));
    assert.deepEqual([cost.reads, cost.writes, requests(account) - before], [1, 0, 1]);
  });

  it("is renewed once, whoever needs it at the same time, on whatever instance", async () => {
    const account = await calendars.connect("bob");
    calendars.world.pass(HOUR);
    calendars.google.addFault({ on: "token.refresh", latencyMs: 300 });
    // Another handle on the same database is another instance.
    const other = { ...calendars.as("bob"), db: ownDatabase(calendars.world.db.databaseId) };
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, at) => accessToken(at % 2 ? calendars.as("bob") : other, "bob")),
    );
    assert.equal(new Set(tokens.map(({ token }) => token)).size, 1);
    assert.equal(refreshes(account), 1);
    await listEvents(calendars.as("bob"), ASK);
  });

  it("is waited for on one instance at one read each", async () => {
    await calendars.connect("joy");
    calendars.world.pass(HOUR);
    calendars.google.addFault({ on: "token.refresh", latencyMs: 1_000 });
    const cost = await costOf(calendars.world.db, () =>
      Promise.all(Array.from({ length: 10 }, () => accessToken(calendars.as("joy"), "joy"))),
    );
    assert.deepEqual([cost.reads, cost.writes], [10 + 2, 2]);
  });

  it("is asked for once where Google does not give it, by all that need it at the same time", async () => {
    const account = await calendars.connect("kit");
    calendars.world.pass(HOUR);
    calendars.google.addFault({ account, on: "token.refresh", status: 503, latencyMs: 2_000, times: 20 });
    const other = { ...calendars.as("kit"), db: ownDatabase(calendars.world.db.databaseId) };
    const ask = (ctx: Ctx) =>
      Promise.all(
        Array.from({ length: 10 }, () => rejectsWith("provider_unavailable", accessToken(ctx, "kit"))),
      );
    const here = ask(calendars.as("kit"));
    await eventually(async () => {
      const { refreshingUntil } = (await calendarConnections(other.db).doc("kit").get()).data() ?? {};
      assert.ok(refreshingUntil);
    });
    await Promise.all([here, ask(other)]);
    assert.equal(refreshes(account), 1);
    calendars.google.clearFaults();
    await listEvents(calendars.as("kit"), ASK);
  });

  it("is replaced once where Google takes it no more before its time", async () => {
    const account = await calendars.connect("cleo");
    calendars.google.expire({ account });
    await listEvents(calendars.as("cleo"), ASK);
    assert.equal(refreshes(account), 1);
    await listEvents(calendars.as("cleo"), ASK);
    assert.equal(refreshes(account), 1);
  });

  it("is no more where the user has withdrawn the grant: told, and cleaned up", async () => {
    const account = await calendars.connect("dan");
    calendars.google.revoke({ account });
    const refused = await rejectsWith("not_found", listEvents(calendars.as("dan"), ASK));
    assert.match(refused.safeMessage, /withdrawn: connect it again/);
    assert.equal((await calendarConnections(calendars.world.db).doc("dan").get()).exists, false);
    await rejectsWith("not_found", listEvents(calendars.as("dan"), ASK));
    await calendars.connect("dan");
    await listEvents(calendars.as("dan"), ASK);
  });

  it("stays where Google is down, is asked for once, and comes back with it", async () => {
    const account = await calendars.connect("eve");
    calendars.world.pass(HOUR);
    for (const fault of [{ status: 503 }, { status: 429 }, { drop: "before" as const }]) {
      calendars.google.addFault({ account, on: "token.refresh", ...fault });
      const before = refreshes(account);
      await rejectsWith("provider_unavailable", listEvents(calendars.as("eve"), ASK));
      assert.ok(refreshes(account) - before <= 1);
      calendars.google.clearFaults();
    }
    await listEvents(calendars.as("eve"), ASK);
  });

  it("is not withdrawn because Google rejects it twice, nor where our own secret is wrong", async () => {
    const account = await calendars.connect("ian");
    calendars.google.addFault({ account, on: "events.list", status: 401, times: 2 });
    await rejectsWith("provider_unavailable", listEvents(calendars.as("ian"), ASK));
    await listEvents(calendars.as("ian"), ASK);
    calendars.world.pass(HOUR);
    const wrong = calendars.as("ian", { GOOGLE_CLIENT_SECRET: "another" });
    await rejectsWith("not_configured", listEvents(wrong, ASK));
    await listEvents(calendars.as("ian"), ASK);
  });

  it("survives a new SECRET_KEY with the one before it, and is sealed with the new one then", async () => {
    await calendars.connect("fay");
    const OLD = calendars.as("fay").config.SECRET_KEY;
    const NEW = "a new secret of more than thirty-two characters";
    const rotated = calendars.as("fay", { SECRET_KEY: NEW, PREVIOUS_SECRET_KEY: OLD });
    await listEvents(rotated, ASK);
    calendars.world.pass(HOUR);
    await listEvents(rotated, ASK);
    await listEvents(calendars.as("fay", { SECRET_KEY: NEW }), ASK);
    await rejectsWith("not_configured", listEvents(calendars.as("fay"), ASK));
    await listEvents(calendars.as("fay", { SECRET_KEY: NEW }), ASK);
  });

  it("of another user's document opens nothing", async () => {
    await calendars.connect("gil");
    await calendars.connect("hal");
    const connections = calendarConnections(calendars.world.db);
    const gils = (await connections.doc("gil").get()).data();
    assert.ok(gils);
    await connections.doc("hal").set({ ...gils, userId: "hal" });
    await rejectsWith("not_configured", listEvents(calendars.as("hal"), ASK));
  });
});
