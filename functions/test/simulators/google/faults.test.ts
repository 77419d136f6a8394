import assert from "node:assert/strict";
import type { calendar_v3 } from "googleapis/build/src/apis/calendar/index.js";
import type { FaultInput } from "../../../simulators/google/faults.js";
import { type GoogleSimulator, startGoogleSimulator } from "../../../simulators/google/server.js";
import { eventually } from "../../support/eventually.js";
import { CALENDAR, calendarOf, oauthFor, refusal, timed } from "./sdk.js";

const OWNER = "faulty@example.com";
const NINE = timed("Nine", "2026-05-04T09:00:00", "2026-05-04T10:00:00");

describe("Faults of the Google simulator", () => {
  let simulator: GoogleSimulator;
  let calendar: calendar_v3.Calendar;
  before(async () => {
    simulator = await startGoogleSimulator({ client: { clientId: "the-app", clientSecret: "the-secret" } });
  });
  after(() => simulator.stop());
  beforeEach(() => {
    simulator.clearFaults();
    simulator.addAccount({ email: OWNER });
    calendar = calendarOf(simulator, OWNER);
  });

  const list = (options: { signal?: AbortSignal } = {}) =>
    calendar.events.list({ calendarId: "primary" }, options);
  const insert = () => calendar.events.insert({ calendarId: "primary", requestBody: NINE });
  const eventCount = () => simulator.events(OWNER).length;

  const STATUSES: [fault: Partial<FaultInput>, status: number, reason: string][] = [
    [{ status: 401 }, 401, "authError"],
    [{ status: 403 }, 403, "rateLimitExceeded"],
    [{ status: 403, reason: "userRateLimitExceeded" }, 403, "userRateLimitExceeded"],
    [{ status: 403, reason: "quotaExceeded" }, 403, "quotaExceeded"],
    [{ status: 410 }, 410, "deleted"],
    [{ status: 410, reason: "fullSyncRequired" }, 410, "fullSyncRequired"],
    [{ status: 429 }, 429, "rateLimitExceeded"],
    [{ status: 500 }, 500, "backendError"],
    [{ status: 503 }, 503, "backendError"],
  ];
  for (const [fault, status, reason] of STATUSES) {
    it(`answer ${status} ${reason}, once, and then no more`, async () => {
      simulator.addFault({ account: OWNER, ...fault });
      const refused = await refusal(list());
      assert.deepEqual([refused.status, refused.reason], [status, reason]);
      assert.ok(refused.message.length > 0);
      await list();
    });
  }

  it("strike one method, path, operation, account or app alone, so many times, after so many others", async () => {
    simulator.addFault({ account: "other@example.com", status: 500 });
    simulator.addFault({ clientId: "other", status: 500 });
    simulator.addFault({ account: OWNER, method: "delete", status: 500 });
    simulator.addFault({ account: OWNER, path: "/calendar/v3/calendars/*", status: 500 });
    simulator.addFault({ account: OWNER, on: "events.insert", status: 503, skip: 1, times: 2 });
    await list();
    await insert();
    assert.equal((await refusal(insert())).status, 503);
    assert.equal((await refusal(insert())).status, 503);
    await insert();
    assert.equal((await refusal(calendar.calendars.get({ calendarId: "primary" }))).status, 500);
    simulator.addFault({ account: OWNER, path: "/calendar/**", status: 500 });
    assert.equal((await refusal(list())).status, 500);
  });

  it("can lose the answer to what was done", async () => {
    simulator.addFault({ account: OWNER, status: 503 });
    assert.equal((await refusal(insert())).status, 503);
    assert.equal(eventCount(), 0);
    simulator.addFault({ account: OWNER, status: 503, afterDoing: true });
    assert.equal((await refusal(insert())).status, 503);
    assert.equal(eventCount(), 1);
    simulator.addFault({ account: OWNER, drop: "before", afterDoing: true });
    await assert.rejects(insert());
    assert.equal(eventCount(), 2);
  });

  it("can cut the connection before an answer, or in its midst", async () => {
    simulator.addFault({ account: OWNER, drop: "before" });
    await assert.rejects(list(), /socket hang up|ECONNRESET/);
    simulator.addFault({ account: OWNER, drop: "midway" });
    await assert.rejects(list(), /[Pp]remature close|aborted|ECONNRESET/);
    await list();
  });

  it("can be silent, or late", async () => {
    simulator.addFault({ account: OWNER, hang: true });
    await assert.rejects(list({ signal: AbortSignal.timeout(50) }), /abort/);
    simulator.addFault({ account: OWNER, latencyMs: 60 });
    const startedAt = Date.now();
    assert.equal((await list()).status, 200);
    assert.ok(Date.now() - startedAt >= 55);
    simulator.addFault({ account: OWNER, latencyMs: 60, status: 500 });
    assert.equal((await refusal(list())).status, 500);
  });

  it("can answer what is no JSON", async () => {
    for (const malformed of ["truncated", "html", "empty"] as const) {
      simulator.addFault({ account: OWNER, malformed });
      const answer = await list().then(
        ({ data }) => JSON.stringify(data),
        (error: Error) => error.message,
      );
      assert.ok(!answer.includes('"timeZone"'), `${malformed}: ${answer}`);
    }
    simulator.addFault({ account: OWNER, malformed: "truncated" });
    const { access_token } = simulator.grant({ clientId: "the-app", account: OWNER, scope: CALENDAR });
    const response = await fetch(`${simulator.url}/calendar/v3/calendars/primary/events`, {
      headers: { Authorization: `Bearer ${access_token}` },
    });
    assert.equal(response.status, 200);
    await assert.rejects(response.json(), SyntaxError);
  });

  it("can say when to try again", async () => {
    simulator.addFault({ account: OWNER, status: 429, retryAfterSeconds: 7 });
    const error = await list().catch((reason: { response: { headers: Headers } }) => reason);
    assert.equal((error as { response: { headers: Headers } }).response.headers.get("retry-after"), "7");
  });

  it("strike at OAuth in its own shape: a refresh, an exchange, a revocation, the page", async () => {
    const oauth = oauthFor(simulator);
    const { refresh_token = "" } = simulator.grant({ clientId: "the-app", account: OWNER, scope: CALENDAR });
    oauth.setCredentials({ refresh_token });
    simulator.addFault({ on: "token.refresh", account: OWNER, status: 400 });
    assert.equal((await refusal(oauth.getAccessToken())).reason, "invalid_grant");
    simulator.addFault({ on: "token.refresh", account: OWNER, status: 403, reason: "rate_limit_exceeded" });
    assert.equal((await refusal(oauth.getAccessToken())).reason, "rate_limit_exceeded");
    simulator.addFault({ on: "revoke", account: OWNER, status: 400, reason: "invalid_token" });
    assert.equal((await refusal(Promise.resolve(oauth.revokeToken(refresh_token)))).reason, "invalid_token");
    assert.equal(simulator.grants({ account: OWNER }).length, 1);
    simulator.addFault({ path: "/o/oauth2/**", clientId: "the-app", status: 503 });
    const page = await fetch(oauth.generateAuthUrl({ scope: CALENDAR }));
    assert.equal(page.status, 503);
    assert.match(page.headers.get("content-type") ?? "", /html/);
  });

  it("leave the SDK, which tries again, to get through", async () => {
    const oauth = oauthFor(simulator);
    const { refresh_token = "" } = simulator.grant({ clientId: "the-app", account: OWNER, scope: CALENDAR });
    oauth.setCredentials({ refresh_token });
    simulator.addFault({ on: "token.refresh", account: OWNER, status: 500 });
    assert.ok((await oauth.getAccessToken()).token);
  });

  it("keep no answer back when the simulator stops", async () => {
    const own = await startGoogleSimulator();
    own.addAccount({ email: OWNER });
    own.addFault({ account: OWNER, latencyMs: 60_000 });
    own.addFault({ account: OWNER, hang: true });
    const asking = calendarOf(own, OWNER);
    const asked = [1, 2].map(() => asking.events.list({ calendarId: "primary" }));
    const ended = Promise.allSettled(asked);
    await eventually(async () => assert.equal(own.counts({ account: OWNER })["events.list"], 2));
    await own.stop();
    for (const { status } of await ended) assert.equal(status, "rejected");
  });
});
