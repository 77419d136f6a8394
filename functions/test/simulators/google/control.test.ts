import assert from "node:assert/strict";
import type { GrantView } from "../../../simulators/google/oauth/grants.js";
import type { RequestView } from "../../../simulators/google/requestLog.js";
import { type GoogleSimulator, startGoogleSimulator } from "../../../simulators/google/server.js";
import { ConsentPage } from "./consent.js";
import { ADA, CALENDAR, calendarFor, calendarOf, oauthFor, timed } from "./sdk.js";

const OWNER = "steered@example.com";
const APP = { clientId: "the-app", clientSecret: "the-secret" };

describe("The Google simulator's controls", () => {
  let simulator: GoogleSimulator;
  beforeEach(async () => {
    simulator = await startGoogleSimulator({ client: APP });
  });
  afterEach(() => simulator.stop());

  async function control<Body = { error: { message: string } }>(
    method: string,
    what: string,
    body?: unknown,
  ) {
    const response = await fetch(`${simulator.controlUrl}/${what}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Body };
  }

  it("add accounts and apps, and show them without their secrets", async () => {
    const account = { email: OWNER, name: "Someone", timeZone: "Asia/Tokyo", calendars: [{ id: "team" }] };
    assert.equal((await control("POST", "accounts", [account])).status, 200);
    const { body: accounts } = await control<{ email: string; calendars: string[] }[]>("GET", "accounts");
    assert.deepEqual(accounts.at(-1), { ...account, calendars: [OWNER, "team"] });
    await control("POST", "clients", {
      clientId: "other",
      clientSecret: "other-secret",
      accessTokenSeconds: 1,
    });
    const { body: clients } = await control("GET", "clients");
    assert.ok(JSON.stringify(clients).includes('"clientId":"other"'));
    assert.ok(!JSON.stringify(clients).includes("secret"));
    await control("DELETE", `accounts?account=${OWNER}`);
    assert.equal((await control<unknown[]>("GET", "accounts")).body.length, 2);
  });

  it("seed events, one by one or in bulk, show and clear them", async () => {
    simulator.addAccount({ email: OWNER });
    const events = [{ ...timed("Nine", "2026-05-04T09:00:00", "2026-05-04T10:00:00"), id: "seeded" }];
    const bulk = { count: 2_500, from: "2026-01-01T00:00:00Z", everyMinutes: 5 };
    const { body } = await control<{ ids: string[] }>("POST", "events", { account: OWNER, events, bulk });
    assert.deepEqual([body.ids.length, body.ids[0]], [2_501, "seeded"]);
    const { body: seeded } = await control<{ summary: string }[]>("GET", `events?account=${OWNER}`);
    assert.deepEqual([seeded.length, seeded.at(-1)?.summary], [2_501, "Event 2500"]);
    await control("DELETE", `events?account=${OWNER}`);
    assert.deepEqual((await control("GET", `events?account=${OWNER}`)).body, []);
  });

  it("refuse what they do not know, and say what it is", async () => {
    const REFUSED: [what: string, body: unknown, message: RegExp][] = [
      ["accounts", { email: "me" }, /email/],
      ["accounts", { email: OWNER, timeZone: "Mars/Base" }, /time zone/],
      ["clients", { clientId: "x" }, /clientSecret/],
      ["events", { account: "no.one@example.com" }, /No account/],
      ["events", { account: ADA, calendarId: "none" }, /No calendar none/],
      ["events", { account: ADA, events: [{ summary: "x" }] }, /Event 0.*Missing start time/],
      ["faults", { status: 500, hang: true }, /at most one of/],
      ["faults", { on: "events.list" }, /latencyMs or one of/],
      ["grants", { clientId: "none", account: ADA, scope: CALENDAR }, /No client/],
      ["expire", { colour: "red" }, /colour/],
    ];
    for (const [what, body, message] of REFUSED) {
      const answered = await control("POST", what, body);
      assert.equal(answered.status, 400, what);
      assert.match(answered.body.error.message, message);
    }
    assert.equal((await control("GET", "requests?colour=red")).status, 400);
    assert.equal((await control("GET", "nothing")).status, 404);
    assert.equal((await control("POST", "requests")).status, 405);
  });

  it("give grants, show them without their tokens, end their access tokens, and take them back", async () => {
    const scope = CALENDAR;
    const { body: tokens } = await control<{ access_token: string; refresh_token: string }>(
      "POST",
      "grants",
      {
        clientId: "the-app",
        account: ADA,
        scope,
      },
    );
    const grants = async () => (await control<GrantView[]>("GET", `grants?account=${ADA}`)).body;
    const held = { clientId: "the-app", account: ADA, scopes: [scope] };
    assert.deepEqual(await grants(), [{ ...held, accessTokens: 1, refreshTokens: 1 }]);
    assert.deepEqual((await control("POST", "expire", { account: ADA })).body, { expired: 1 });
    assert.deepEqual(await grants(), [{ ...held, accessTokens: 0, refreshTokens: 1 }]);
    const oauth = oauthFor(simulator);
    oauth.setCredentials(tokens);
    await calendarFor(simulator, oauth).events.list({ calendarId: "primary" });
    assert.deepEqual((await control("DELETE", `grants?account=${ADA}`)).body, { revoked: 1 });
    await assert.rejects(oauth.refreshAccessToken(), /invalid_grant/);
  });

  it("keep what is one account's or app's apart from what is another's", async () => {
    for (const email of [OWNER, "other@example.com"]) simulator.addAccount({ email });
    await control("POST", "faults", [
      { account: OWNER, status: 500 },
      { account: "other@example.com", status: 503 },
    ]);
    const mine = `account=${OWNER}`;
    assert.equal((await control<unknown[]>("GET", `faults?${mine}`)).body.length, 1);
    await control("DELETE", `faults?${mine}`);
    assert.equal((await control<unknown[]>("GET", "faults")).body.length, 1);
    await calendarOf(simulator, OWNER).events.list({ calendarId: "primary" });
    await assert.rejects(calendarOf(simulator, "other@example.com").events.list({ calendarId: "primary" }));
    assert.deepEqual((await control("GET", `counts?${mine}`)).body, { "events.list": 1 });
    assert.deepEqual((await control("GET", "counts?clientId=the-app")).body, { "events.list": 2 });
    await control("DELETE", `requests?${mine}`);
    const { body: requests } = await control<RequestView[]>("GET", "requests");
    assert.deepEqual(
      requests.map(({ account, status, operation, path }) => [account, status, operation, path]),
      [["other@example.com", 503, "events.list", "/calendar/v3/calendars/primary/events"]],
    );
    assert.deepEqual((await control("GET", `counts?${mine}`)).body, {});
  });

  it("show no token, code, secret or state of any request", async () => {
    const oauth = oauthFor(simulator);
    const { codeVerifier, codeChallenge } = await oauth.generateCodeVerifierAsync();
    const url = oauth.generateAuthUrl({
      scope: CALENDAR,
      access_type: "offline",
      state: "the-state",
      nonce: "the-nonce",
      code_challenge: codeChallenge,
      code_challenge_method: "S256" as never,
    });
    const back = await (await ConsentPage.open(url)).press("allow");
    const code = back.searchParams.get("code") ?? "";
    const { tokens } = await oauth.getToken({ code, codeVerifier });
    oauth.setCredentials(tokens);
    const { access_token, refresh_token } = tokens;
    await oauth.getTokenInfo(access_token ?? "");
    await calendarFor(simulator, oauth).events.list({ calendarId: "primary", q: "walk" });
    await fetch(
      `${simulator.url}/calendar/v3/calendars/primary/events?access_token=${access_token}&key=the-key`,
    );
    await oauth.refreshAccessToken();
    await oauth.revokeToken(refresh_token ?? "");
    const { body } = await control<RequestView[]>("GET", "requests");
    assert.deepEqual(
      body.map(({ operation, status }) => [operation, status]),
      [
        ["consent.show", 200],
        ["consent.decide", 302],
        ["token.exchange", 200],
        ["tokeninfo", 200],
        ["events.list", 200],
        ["events.list", 200],
        ["token.refresh", 200],
        ["revoke", 200],
      ],
    );
    assert.deepEqual(body[4]?.params, { q: "walk" });
    for (const { clientId, account } of body.slice(1))
      assert.deepEqual([clientId, account], ["the-app", ADA]);
    const shown = JSON.stringify(body);
    const secrets = [
      code,
      codeVerifier,
      codeChallenge,
      access_token,
      refresh_token,
      "the-secret",
      "the-state",
    ];
    for (const secret of [...secrets, "the-nonce", "the-key"])
      assert.ok(!shown.includes(secret ?? ""), secret ?? "");
  });

  it("forget no more than the oldest of 2,000 requests, and count them all", async () => {
    const url = `${simulator.url}/oauth2/v1/certs`;
    for (let i = 0; i < 21; i += 1) {
      await Promise.all(Array.from({ length: 100 }, async () => (await fetch(url)).arrayBuffer()));
    }
    assert.equal(simulator.requests().length, 2_000);
    assert.deepEqual(simulator.counts(), { certs: 2_100 });
  });
});

describe("What the Google simulator starts with", () => {
  it("is a calendar with something today and in the days to come, the same at every time of a day", async () => {
    const summaries: unknown[] = [];
    for (const time of ["2026-10-30T12:00:00Z", "2026-10-30T23:00:00Z"]) {
      const now = Date.parse(time);
      const simulator = await startGoogleSimulator({ now: () => now });
      const { data } = await calendarOf(simulator, ADA).events.list({
        calendarId: "primary",
        singleEvents: true,
        orderBy: "startTime",
        timeMin: "2026-10-30T04:00:00Z",
        timeMax: "2026-11-06T05:00:00Z",
      });
      summaries.push(data.items?.map(({ summary, start }) => `${start?.dateTime ?? start?.date} ${summary}`));
      await simulator.stop();
    }
    assert.deepEqual(summaries[0], summaries[1]);
    assert.deepEqual(summaries[0], [
      "2026-10-30T09:00:00-04:00 Team stand-up",
      "2026-10-30T18:30:00-04:00 Evening walk",
      "2026-10-31T14:00:00-04:00 Analytical Engine review",
      "2026-11-01T12:30:00-05:00 Lunch with Charles",
      "2026-11-02T09:00:00-05:00 Team stand-up",
      "2026-11-02T17:00:00-05:00 Reading group",
      "2026-11-03T09:00:00-05:00 Team stand-up",
      "2026-11-04 Conference in Turin",
      "2026-11-04T09:00:00-05:00 Team stand-up",
      "2026-11-05T09:00:00-05:00 Team stand-up",
    ]);
  });
});
