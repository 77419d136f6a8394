import assert from "node:assert/strict";
import { type GoogleSimulator, startGoogleSimulator } from "../../../simulators/google/server.js";
import { codeFor } from "./consent.js";
import { ADA, CALENDAR, calendarFor, type OAuth, oauthFor, refusal } from "./sdk.js";

const READONLY = `${CALENDAR}.readonly`;
const MINUTE_MS = 60_000;

describe("Simulated OAuth, by Google's SDK", () => {
  let simulator: GoogleSimulator;
  let oauth: OAuth;
  let now: number;
  beforeEach(async () => {
    now = Date.now();
    simulator = await startGoogleSimulator({
      client: { clientId: "the-app", clientSecret: "the-secret" },
      now: () => now,
    });
    oauth = oauthFor(simulator);
  });
  afterEach(() => simulator.stop());

  const codeWith = (options: object = {}) =>
    codeFor(oauth.generateAuthUrl({ access_type: "offline", scope: CALENDAR, ...options }));
  const tokensWith = async (options: object = {}) => (await oauth.getToken(await codeWith(options))).tokens;
  const invalidGrant = (message: string) => ({ status: 400, reason: "invalid_grant", message });

  async function answerOf(attempt: Promise<unknown>) {
    const { body: _, ...shown } = await refusal(attempt);
    return shown;
  }

  async function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
    const response = await fetch(simulator.url + path, {
      method: "POST",
      body: new URLSearchParams(form),
      headers,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  it("goes from the page to the calendar", async () => {
    const { tokens, res } = await oauth.getToken(await codeWith());
    assert.match(tokens.access_token ?? "", /^ya29\./);
    assert.match(tokens.refresh_token ?? "", /^1\/\//);
    assert.deepEqual([tokens.scope, tokens.token_type, tokens.id_token], [CALENDAR, "Bearer", undefined]);
    assert.equal(res?.headers.get("cache-control"), "no-store");
    const lifeMs = (tokens.expiry_date ?? 0) - Date.now();
    assert.ok(lifeMs > 3_500_000 && lifeMs <= 3_599_000, String(lifeMs));
    oauth.setCredentials(tokens);
    const { data } = await calendarFor(simulator, oauth).events.list({ calendarId: "primary" });
    assert.deepEqual([data.summary, data.timeZone], [ADA, "America/New_York"]);
  });

  it("gives a refresh token for offline access, at the first consent or when asked for one, and else none", async () => {
    assert.equal((await tokensWith({ access_type: "online" })).refresh_token, undefined);
    assert.ok((await tokensWith()).refresh_token);
    assert.equal((await tokensWith()).refresh_token, undefined);
    assert.ok((await tokensWith({ prompt: "consent" })).refresh_token);
    simulator.revoke({ account: ADA });
    assert.ok((await tokensWith()).refresh_token, "the first consent again");
  });

  it("adds what was granted before when asked to, and nothing otherwise", async () => {
    await tokensWith({ scope: READONLY });
    assert.equal((await tokensWith()).scope, CALENDAR);
    assert.equal((await tokensWith({ include_granted_scopes: true })).scope, `${CALENDAR} ${READONLY}`);
  });

  it("takes a code once; what it gave the first time stays valid", async () => {
    const code = await codeWith();
    const { tokens } = await oauth.getToken(code);
    assert.deepEqual(await answerOf(oauth.getToken(code)), invalidGrant("Bad Request"));
    oauth.setCredentials({ refresh_token: tokens.refresh_token ?? null });
    assert.ok((await oauth.getAccessToken()).token);
  });

  it("takes a code for ten minutes", async () => {
    const [early, late] = [await codeWith(), await codeWith()];
    now += 10 * MINUTE_MS - 1;
    await oauth.getToken(early);
    now += 1;
    assert.deepEqual(await answerOf(oauth.getToken(late)), invalidGrant("Bad Request"));
  });

  it("takes a code from the app it is for alone, with the address that it was sent to", async () => {
    const code = await codeWith();
    const other = simulator.addClient({ clientId: "other", clientSecret: "other-secret" });
    assert.deepEqual(await answerOf(oauthFor(simulator, other).getToken(code)), {
      status: 401,
      reason: "unauthorized_client",
      message: "Unauthorized",
    });
    const elsewhere = oauth.getToken({ code, redirect_uri: "http://localhost:4999/other" });
    assert.deepEqual(await answerOf(elsewhere), {
      status: 400,
      reason: "redirect_uri_mismatch",
      message: "Bad Request",
    });
    await oauth.getToken(code);
    assert.deepEqual(await answerOf(oauth.getToken("4/0Anothing")), invalidGrant("Malformed auth code."));
  });

  for (const method of ["S256", "plain"] as const) {
    it(`takes a code with a challenge (${method}) from who has its verifier alone`, async () => {
      const { codeVerifier, codeChallenge } = await oauth.generateCodeVerifierAsync();
      const code_challenge = method === "S256" ? codeChallenge : codeVerifier;
      const code = await codeWith({ code_challenge, code_challenge_method: method });
      assert.deepEqual(await answerOf(oauth.getToken(code)), invalidGrant("Missing code verifier."));
      for (const wrong of ["x".repeat(43), codeVerifier.slice(1), `${codeVerifier.slice(0, -1)}!`]) {
        assert.deepEqual(
          await answerOf(oauth.getToken({ code, codeVerifier: wrong })),
          invalidGrant("Invalid code verifier."),
        );
      }
      assert.ok((await oauth.getToken({ code, codeVerifier })).tokens.access_token);
    });
  }

  it("takes no verifier for a code that has no challenge", async () => {
    const code = await codeWith();
    assert.deepEqual(
      await answerOf(oauth.getToken({ code, codeVerifier: "x".repeat(43) })),
      invalidGrant("code_verifier or verifier is not needed."),
    );
  });

  it("refreshes by itself once the access token has expired, and gives no other refresh token", async () => {
    const tokens = await tokensWith();
    oauth.setCredentials(tokens);
    assert.equal(simulator.expire({ account: ADA }), 1);
    const calendar = calendarFor(simulator, oauth);
    assert.equal((await refusal(calendar.events.list({ calendarId: "primary" }))).reason, "authError");
    // The SDK goes by the time that it was told.
    oauth.setCredentials({ ...tokens, expiry_date: Date.now() - 1 });
    await calendar.events.list({ calendarId: "primary" });
    assert.notEqual(oauth.credentials.access_token, tokens.access_token);
    assert.equal(oauth.credentials.refresh_token, tokens.refresh_token);
    assert.deepEqual(simulator.counts({ account: ADA }), {
      "consent.decide": 1,
      "token.exchange": 1,
      "token.refresh": 1,
      "events.list": 2,
    });
    const form = { grant_type: "refresh_token", client_id: "the-app", client_secret: "the-secret" };
    const { body } = await post("/token", { ...form, refresh_token: tokens.refresh_token ?? "" });
    assert.deepEqual(Object.keys(body), ["access_token", "expires_in", "scope", "token_type"]);
    assert.equal(body.expires_in, 3_599);
  });

  it("ends an access token after its time, which an app may have set", async () => {
    simulator.addClient({ clientId: "the-app", clientSecret: "the-secret", accessTokenSeconds: 5 });
    oauth.setCredentials({ access_token: (await tokensWith()).access_token ?? null });
    const calendar = calendarFor(simulator, oauth);
    now += 4_999;
    await calendar.events.list({ calendarId: "primary" });
    now += 1;
    const { status, body } = await refusal(calendar.events.list({ calendarId: "primary" }));
    assert.equal(status, 401);
    const { error } = body as { error: Record<string, unknown> };
    assert.deepEqual([error.code, error.status], [401, "UNAUTHENTICATED"]);
    assert.deepEqual(error.errors, [
      {
        message: "Invalid Credentials",
        domain: "global",
        reason: "authError",
        location: "Authorization",
        locationType: "header",
      },
    ]);
  });

  for (const kind of ["access_token", "refresh_token"] as const) {
    it(`revokes a whole grant by its ${kind}, in the query or a form, once`, async () => {
      for (const how of ["query", "form"]) {
        const tokens = await tokensWith({ prompt: "consent" });
        const token = tokens[kind] ?? "";
        if (how === "query") await oauth.revokeToken(token);
        else assert.deepEqual(await post("/revoke", { token }), { status: 200, body: {} });
        assert.deepEqual(simulator.grants(), []);
        oauth.setCredentials({ access_token: tokens.access_token ?? null });
        const calendar = calendarFor(simulator, oauth);
        assert.equal((await refusal(calendar.events.list({ calendarId: "primary" }))).status, 401);
        oauth.setCredentials({ refresh_token: tokens.refresh_token ?? null });
        assert.deepEqual(
          await answerOf(oauth.getAccessToken()),
          invalidGrant("Token has been expired or revoked."),
        );
        assert.deepEqual(await answerOf(oauth.revokeToken(token)), {
          status: 400,
          reason: "invalid_token",
          message: "Token expired or revoked",
        });
      }
    });
  }

  it("ends what a user takes back at Google, a code on its way too", async () => {
    oauth.setCredentials(await tokensWith());
    const code = await codeWith();
    assert.equal(simulator.revoke({ account: ADA, clientId: "the-app" }), 1);
    assert.equal((await answerOf(oauth.getToken(code))).reason, "invalid_grant");
    assert.equal((await answerOf(oauth.refreshAccessToken())).message, "Token has been expired or revoked.");
  });

  it("keeps the last hundred refresh tokens of a grant", async () => {
    const grant = () => simulator.grant({ clientId: "the-app", account: ADA, scope: CALENDAR });
    const [first, second] = [grant(), grant()];
    for (let i = 2; i < 101; i += 1) grant();
    oauth.setCredentials({ refresh_token: second.refresh_token ?? null });
    await oauth.getAccessToken();
    oauth.setCredentials({ refresh_token: first.refresh_token ?? null });
    assert.equal((await answerOf(oauth.getAccessToken())).reason, "invalid_grant");
  });

  it("tells who someone is when asked for openid, signed", async () => {
    const tokens = await tokensWith({ scope: ["openid", "email", "profile"], nonce: "n-1" });
    const ticket = await oauth.verifyIdToken({ idToken: tokens.id_token ?? "", audience: "the-app" });
    const { email, email_verified, name, nonce, sub } = ticket.getPayload() ?? {};
    assert.deepEqual([email, email_verified, name, nonce], [ADA, true, "Ada Lovelace", "n-1"]);
    assert.match(sub ?? "", /^1\d{20}$/);
    const info = await oauth.getTokenInfo(tokens.access_token ?? "");
    assert.deepEqual([info.aud, info.email, info.sub], ["the-app", ADA, sub]);
    const forged = `${tokens.id_token?.slice(0, -6)}AAAAAA`;
    await assert.rejects(oauth.verifyIdToken({ idToken: forged, audience: "the-app" }), /signature/);
  });

  const APP = { client_id: "the-app", client_secret: "the-secret" };
  const REFUSED: [what: string, status: number, error: string, form: Record<string, string>][] = [
    ["no grant type", 400, "unsupported_grant_type", APP],
    ["another grant type", 400, "unsupported_grant_type", { ...APP, grant_type: "password" }],
    ["no client", 400, "invalid_request", { grant_type: "refresh_token", refresh_token: "1//0" }],
    [
      "an unknown client",
      401,
      "invalid_client",
      { grant_type: "refresh_token", client_id: "x", client_secret: "y" },
    ],
    ["no secret", 400, "invalid_request", { grant_type: "refresh_token", client_id: "the-app" }],
    ["a wrong secret", 401, "invalid_client", { ...APP, grant_type: "refresh_token", client_secret: "y" }],
    ["no code", 400, "invalid_request", { ...APP, grant_type: "authorization_code" }],
    ["no refresh token", 400, "invalid_request", { ...APP, grant_type: "refresh_token" }],
    [
      "a refresh token that is none",
      400,
      "invalid_grant",
      { ...APP, grant_type: "refresh_token", refresh_token: "a" },
    ],
  ];
  for (const [what, status, error, form] of REFUSED) {
    it(`refuses ${what} with ${error}`, async () => {
      const { status: answered, body } = await post("/token", form);
      assert.deepEqual([answered, body.error], [status, error]);
      assert.equal(typeof body.error_description, "string");
    });
  }

  it("takes an app's credentials by HTTP Basic too", async () => {
    const authorization = `Basic ${Buffer.from("the-app:the-secret").toString("base64")}`;
    const { refresh_token = "" } = simulator.grant({ clientId: "the-app", account: ADA, scope: CALENDAR });
    const form = { grant_type: "refresh_token", refresh_token };
    assert.equal((await post("/token", form, { authorization })).status, 200);
  });
});
