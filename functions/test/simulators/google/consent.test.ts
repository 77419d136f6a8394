import assert from "node:assert/strict";
import { type GoogleSimulator, startGoogleSimulator } from "../../../simulators/google/server.js";
import { ConsentPage } from "./consent.js";
import { ADA, CALENDAR, oauthFor, REDIRECT } from "./sdk.js";

const READONLY = `${CALENDAR}.readonly`;
const STATE = `a b&c=d"é+%2F<x>'`;

describe("The simulated consent page", () => {
  let simulator: GoogleSimulator;
  before(async () => {
    simulator = await startGoogleSimulator({ client: { clientId: "the-app", clientSecret: "the-secret" } });
  });
  after(() => simulator.stop());

  const urlFor = (options: object = {}) =>
    oauthFor(simulator).generateAuthUrl({
      scope: CALENDAR,
      state: STATE,
      access_type: "offline",
      ...options,
    });

  /** The page's address with parameters of the test's own. */
  function written(change: Record<string, string | string[] | undefined>): string {
    const params = new URLSearchParams();
    const usual = { client_id: "the-app", redirect_uri: REDIRECT, response_type: "code", scope: CALENDAR };
    for (const [name, value] of Object.entries({ ...usual, ...change })) {
      for (const one of [value].flat()) if (one !== undefined) params.append(name, one);
    }
    return `${simulator.url}/o/oauth2/v2/auth?${params}`;
  }

  it("says that it is simulated, who asks, for what, and shows the accounts", async () => {
    const { status, text, accounts, chosenAccount } = await ConsentPage.open(urlFor());
    assert.equal(status, 200);
    for (const shown of [
      "Simulated",
      "not Google",
      "the-app",
      CALENDAR,
      "permanently delete",
      "Ada Lovelace",
    ]) {
      assert.ok(text.includes(shown), shown);
    }
    assert.ok(!text.includes("<script"));
    assert.deepEqual(accounts, [ADA, "charles@example.com"]);
    assert.equal(chosenAccount, ADA);
  });

  it("sends back a code, the scope and the state as it came", async () => {
    const back = await (await ConsentPage.open(urlFor())).press("allow");
    assert.ok(back.href.startsWith("http://localhost:4999/callback?from=google&"));
    assert.match(back.searchParams.get("code") ?? "", /^4\/0A.{40,}$/);
    assert.equal(back.searchParams.get("scope"), CALENDAR);
    assert.equal(back.searchParams.get("state"), STATE);
    assert.equal(back.searchParams.get("iss"), "https://accounts.google.com");
  });

  it("sends back access_denied and the state, and no code", async () => {
    const back = await (await ConsentPage.open(urlFor())).press("deny");
    assert.equal(back.searchParams.get("error"), "access_denied");
    assert.equal(back.searchParams.get("state"), STATE);
    assert.equal(back.searchParams.get("code"), null);
  });

  it("chooses the account of the login hint, and goes by the one that the user chooses", async () => {
    const page = await ConsentPage.open(urlFor({ login_hint: "charles@example.com" }));
    assert.equal(page.chosenAccount, "charles@example.com");
    await page.press("allow", { account: ADA });
    assert.deepEqual(
      simulator
        .requests({ account: ADA })
        .map(({ operation }) => operation)
        .slice(-1),
      ["consent.decide"],
    );
  });

  it("lets leave out one of several scopes, and tells which were allowed", async () => {
    const url = urlFor({ scope: ["openid", "email", CALENDAR, READONLY] });
    const back = await (await ConsentPage.open(url)).press("allow", { without: [CALENDAR] });
    const email = "https://www.googleapis.com/auth/userinfo.email";
    assert.equal(back.searchParams.get("scope"), `openid ${email} ${READONLY}`);
    const none = await (await ConsentPage.open(urlFor({ scope: [CALENDAR, READONLY] }))).press("allow", {
      without: [CALENDAR, READONLY],
    });
    assert.equal(none.searchParams.get("error"), "access_denied");
  });

  it("asks no one with prompt=none: consent there was gives a code, and otherwise an error", async () => {
    simulator.addAccount({ email: "silent@example.com" });
    const url = urlFor({ prompt: "none", login_hint: "silent@example.com", scope: READONLY });
    const answered = async () => {
      const response = await fetch(url, { redirect: "manual" });
      return new URL(response.headers.get("location") ?? "").searchParams;
    };
    assert.equal((await answered()).get("error"), "interaction_required");
    simulator.grant({ clientId: "the-app", account: "silent@example.com", scope: READONLY });
    assert.match((await answered()).get("code") ?? "", /^4\/0A/);
  });

  const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&quot;`;
  it("puts no parameter into the page unescaped, and keeps each as it came", async () => {
    const page = await ConsentPage.open(
      written({
        state: HOSTILE,
        login_hint: HOSTILE,
        nonce: HOSTILE,
        redirect_uri: `http://localhost/${HOSTILE}`,
      }),
    );
    assert.equal(page.status, 200);
    assert.ok(!/<script|<img/.test(page.text), page.text);
    assert.equal(page.inputs.find(({ name }) => name === "state")?.value, HOSTILE);
    assert.equal((await page.press("deny")).searchParams.get("state"), HOSTILE);
    for (const name of ["client_id", "redirect_uri", "scope", "response_type", "prompt", "access_type"]) {
      const refused = await ConsentPage.open(written({ [name]: HOSTILE }));
      assert.ok(refused.status === 400 || refused.status === 401, `${name}: ${refused.status}`);
      assert.ok(!/<script|<img/.test(refused.text), refused.text);
    }
  });

  const REFUSED: [
    what: string,
    status: number,
    error: string,
    change: Record<string, string | string[] | undefined>,
  ][] = [
    ["no client", 400, "invalid_request", { client_id: undefined }],
    ["an unknown client", 401, "invalid_client", { client_id: "another" }],
    ["no redirect_uri", 400, "invalid_request", { redirect_uri: undefined }],
    [
      "a redirect_uri elsewhere",
      400,
      "redirect_uri_mismatch",
      { redirect_uri: "https://evil.example/callback" },
    ],
    [
      "one that only looks local",
      400,
      "redirect_uri_mismatch",
      { redirect_uri: "http://localhost.evil.example/" },
    ],
    ["a port that is none", 400, "redirect_uri_mismatch", { redirect_uri: "http://localhost:99999/" }],
    ["one with a fragment", 400, "redirect_uri_mismatch", { redirect_uri: "http://localhost/#a" }],
    ["no response_type", 400, "invalid_request", { response_type: undefined }],
    ["another response_type", 400, "unsupported_response_type", { response_type: "token" }],
    ["no scope", 400, "invalid_request", { scope: undefined }],
    ["a scope that is none", 400, "invalid_scope", { scope: `${CALENDAR} everything` }],
    ["an access_type that is none", 400, "invalid_request", { access_type: "sometimes" }],
    ["a prompt that is none", 400, "invalid_request", { prompt: "maybe" }],
    ["prompt none beside another", 400, "invalid_request", { prompt: "none consent" }],
    ["a challenge that is too short", 400, "invalid_request", { code_challenge: "short" }],
    ["a method without a challenge", 400, "invalid_request", { code_challenge_method: "S256" }],
    [
      "a method that is none",
      400,
      "invalid_request",
      { code_challenge: "x".repeat(43), code_challenge_method: "S512" },
    ],
    ["a parameter given twice", 400, "invalid_request", { state: ["a", "b"] }],
  ];
  for (const [what, status, error, change] of REFUSED) {
    it(`refuses ${what} on a page of its own, with ${error}`, async () => {
      const page = await ConsentPage.open(written(change));
      assert.equal(page.status, status);
      assert.ok(page.text.includes(`Error ${status}: ${error}`), page.text);
      assert.deepEqual(page.inputs, []);
    });
  }

  it("sends no one but to an address that is registered, letter by letter", async () => {
    const registered = "https://app.example.com/callback";
    simulator.addClient({ clientId: "strict", clientSecret: "s", redirectUris: [registered] });
    const asked = (redirect_uri: string) => ConsentPage.open(written({ client_id: "strict", redirect_uri }));
    assert.equal((await asked(registered)).status, 200);
    for (const other of [
      `${registered}/`,
      `${registered}?a`,
      registered.toUpperCase(),
      "http://localhost/",
    ]) {
      assert.equal((await asked(other)).status, 400, other);
    }
  });

  it("asks again what it is sent back: a form that was tampered with is refused", async () => {
    const body = new URLSearchParams({
      client_id: "the-app",
      redirect_uri: "https://evil.example/",
      response_type: "code",
      scope: CALENDAR,
      account: ADA,
      decision: "allow",
    });
    const post = () =>
      fetch(`${simulator.url}/o/oauth2/v2/auth`, { method: "POST", body, redirect: "manual" });
    assert.equal((await post()).status, 400);
    body.set("redirect_uri", REDIRECT);
    body.set("account", "no.one@example.com");
    assert.equal((await post()).status, 400);
  });
});
