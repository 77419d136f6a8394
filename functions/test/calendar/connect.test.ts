import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { eraseUser } from "../../src/accounts/eraseUser";
import { beginConnection } from "../../src/calendar/beginConnection";
import { completeConnection } from "../../src/calendar/completeConnection";
import { disconnectCalendar } from "../../src/calendar/disconnect";
import { listEvents } from "../../src/calendar/listEvents";
import { listEventsInput } from "../../src/calendar/schemas";
import { calendarConnections, calendarStates } from "../../src/calendar/store";
import { CALENDAR_SCOPE } from "../../src/providers/googleOAuth";
import { ConsentPage } from "../simulators/google/consent";
import { rejectsWith } from "../support/appError";
import { type CalendarWorld, calendarWorld, consent, FRONTEND } from "../support/calendarWorld";
import { costOf } from "../support/countedFirestore";
import { everyDocument } from "../support/everyDocument";

const ASK = listEventsInput.parse({});

describe("connecting a calendar", () => {
  let calendars: CalendarWorld;
  before(async () => {
    calendars = await calendarWorld();
  });
  after(() => calendars.google.stop());
  const exchanges = () => calendars.google.counts()["token.exchange"] ?? 0;
  const failedWith = async (input: Record<string, unknown>, pattern: RegExp) => {
    const to = new URL(await completeConnection(calendars.system, input));
    assert.equal(to.origin + to.pathname, `${FRONTEND}/scheduled-meetings`);
    assert.deepEqual([...to.searchParams.keys()], ["error", "message"]);
    assert.equal(to.searchParams.get("error"), "calendar_connection_failed");
    assert.match(to.searchParams.get("message") ?? "", pattern);
  };

  it("asks for the least, for good, with PKCE and a state of its own each time", async () => {
    const ctx = calendars.as("asker");
    const begun: { authorization_url: string }[] = [];
    const cost = await costOf(calendars.world.db, async () => begun.push(await beginConnection(ctx)));
    assert.deepEqual([cost.reads, cost.writes], [1, 2]);
    const [one, two] = [...begun, await beginConnection(ctx)].map(
      ({ authorization_url }) => new URL(authorization_url).searchParams,
    );
    assert.equal(one?.get("scope"), CALENDAR_SCOPE);
    assert.equal(one?.get("access_type"), "offline");
    assert.equal(one?.get("prompt"), "consent");
    assert.equal(one?.get("code_challenge_method"), "S256");
    assert.match(one?.get("code_challenge") ?? "", /^[\w-]{43}$/);
    for (const name of ["state", "code_challenge"]) assert.notEqual(one?.get(name), two?.get(name));
    assert.ok((one?.get("state") ?? "").length >= 43);
  });

  it("stores what was granted sealed, and nothing of it in the clear or in the log", async () => {
    const account = await calendars.connect("ann");
    const [grant] = calendars.google.grants({ account });
    assert.ok(grant);
    const stored = (await calendarConnections(calendars.world.db).doc("ann").get()).data();
    assert.match(stored?.refreshToken ?? "", /^v1\.[0-9a-f]{8}\.[\w-]+$/);
    assert.match(stored?.accessToken ?? "", /^v1\.[0-9a-f]{8}\.[\w-]+$/);
    const dump = JSON.stringify(await everyDocument(calendars.world.db));
    // Google's tokens begin so, the simulator's as well.
    assert.doesNotMatch(dump, /ya29\.|1\/\/0/);
    assert.doesNotMatch(JSON.stringify(calendars.world.log), /ya29\.|1\/\/0|code=/);
    assert.deepEqual((await calendarStates(calendars.world.db).where("userId", "==", "ann").get()).size, 0);
  });

  it("fetches nothing for a state that is missing, made up, used or expired", async () => {
    const ctx = calendars.as("bea");
    calendars.google.addAccount({ email: "bea@example.com", name: "Bea", timeZone: "UTC" });
    const used = await consent(ctx, "bea@example.com");
    await completeConnection(calendars.system, used);
    const expired = await consent(ctx, "bea@example.com");
    const before = exchanges();
    const { state: _, ...missing } = expired;
    await failedWith(missing, /expired or was used/);
    await failedWith({ ...expired, state: "made-up" }, /expired or was used/);
    await failedWith({ ...expired, state: "../../voiceSessions/x" }, /expired or was used/);
    await failedWith(used, /expired or was used/);
    calendars.world.pass(10 * 60 + 1);
    await failedWith(expired, /expired or was used/);
    assert.equal(exchanges(), before);
  });

  it("connects whoever began, and nobody twice at once", async () => {
    calendars.google.addAccount({ email: "cleo@example.com", name: "Cleo", timeZone: "UTC" });
    const back = await consent(calendars.as("cleo"), "cleo@example.com");
    const before = exchanges();
    const answers = await Promise.all([1, 2, 3, 4].map(() => completeConnection(calendars.system, back)));
    assert.equal(answers.filter((to) => to.includes("success=true")).length, 1);
    assert.equal(exchanges() - before, 1);
    await listEvents(calendars.as("cleo"), ASK);
    await rejectsWith("not_found", listEvents(calendars.as("dan"), ASK));
  });

  it("says so where the user declines, leaves the calendar out, or Google's code is none", async () => {
    calendars.google.addAccount({ email: "eve@example.com", name: "Eve", timeZone: "UTC" });
    const [ctx, account] = [calendars.as("eve"), "eve@example.com"];
    const before = exchanges();
    const denied = await consent(ctx, account, { decision: "deny" });
    await failedWith(denied, /not allowed/);
    await failedWith(denied, /expired or was used/);
    assert.equal(exchanges(), before, "nothing is fetched");
    const back = await consent(ctx, account);
    await failedWith({ ...back, code: "4/made-up" }, /expired or was used/);
    const other = await consent(ctx, account);
    const verifiedFor = await consent(ctx, account);
    // A code that was given to another question: PKCE.
    await failedWith({ ...other, code: verifiedFor.code }, /expired or was used/);
    await rejectsWith("not_found", listEvents(ctx, ASK));
  });

  it("stays connected where a second consent leaves the calendar out", async () => {
    const account = await calendars.connect("kim");
    const ctx = calendars.as("kim");
    const { authorization_url } = await beginConnection(ctx);
    const url = new URL(authorization_url);
    url.searchParams.set("scope", `${CALENDAR_SCOPE} https://www.googleapis.com/auth/calendar.readonly`);
    const page = await ConsentPage.open(url.toString());
    const back = await page.press("allow", { account, without: [CALENDAR_SCOPE] });
    await failedWith(Object.fromEntries(back.searchParams), /connect again and allow it/);
    await listEvents(ctx, ASK);
  });

  it("is forgotten where Google says that it does not cover the calendar any more", async () => {
    const account = await calendars.connect("lea");
    calendars.google.addFault({ account, on: "events.list", status: 403, reason: "insufficientPermissions" });
    await rejectsWith("not_found", listEvents(calendars.as("lea"), ASK));
    assert.equal((await calendarConnections(calendars.world.db).doc("lea").get()).exists, false);
  });

  it("says so where Google is down, and asks it once", async () => {
    calendars.google.addAccount({ email: "fay@example.com", name: "Fay", timeZone: "UTC" });
    const back = await consent(calendars.as("fay"), "fay@example.com");
    calendars.google.addFault({ on: "token.exchange", status: 503 });
    const before = exchanges();
    await failedWith(back, /cannot be reached/);
    assert.equal(exchanges() - before, 1);
    calendars.google.clearFaults();
  });

  it("is undone at Google as well; again it changes nothing", async () => {
    const account = await calendars.connect("gil");
    assert.equal(calendars.google.grants({ account }).length, 1);
    const ctx = calendars.as("gil");
    calendars.google.addFault({ on: "revoke", status: 503 });
    await rejectsWith("provider_unavailable", disconnectCalendar(ctx));
    assert.ok((await calendarConnections(ctx.db).doc("gil").get()).exists, "to be tried again");
    calendars.google.clearFaults();
    await disconnectCalendar(ctx);
    await disconnectCalendar(ctx);
    const left = calendars.google.grants({ account });
    assert.ok(left.every(({ accessTokens, refreshTokens }) => accessTokens + refreshTokens === 0));
    await rejectsWith("not_found", listEvents(ctx, ASK));
  });

  it("leaves nothing of a user who is erased, whether Google can be told or not", async () => {
    for (const uid of ["hal", "ida"]) {
      await calendars.connect(uid);
      await beginConnection(calendars.as(uid));
    }
    await eraseUser(calendars.system, "hal", null);
    calendars.google.addFault({ on: "revoke", status: 503, times: 9 });
    await eraseUser(calendars.system, "ida", null);
    calendars.google.clearFaults();
    const left = JSON.stringify(await everyDocument(calendars.world.db));
    assert.doesNotMatch(left, /"(hal|ida)"/);
  });
});
