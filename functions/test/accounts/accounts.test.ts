import assert from "node:assert/strict";
import { deleteApp, initializeApp } from "firebase/app";
import { connectAuthEmulator, getAuth, signInWithEmailAndPassword } from "firebase/auth";
import { getAuth as getAdminAuth } from "firebase-admin/auth";
import { before, describe, it } from "mocha";
import { firebaseApp } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import { type Account, account, ask, assertDetail, freshEmail, PASSWORD } from "../support/assistantApi";
import { ownServer } from "../support/ownServer";
import { fromStack } from "../support/stackEnvironment";

const register = (body: unknown, headers = {}) => ask("POST", "/auth/register", { body, headers });
const login = (body: unknown, headers = {}) => ask("POST", "/auth/login", { body, headers });

describe("accounts", () => {
  let ann: Account;
  before(async () => {
    ann = await account();
  });

  it("are registered as the guide shows, with the address normalised", async () => {
    const email = freshEmail();
    const answer = await register({ email: `  ${email.toUpperCase()} `, password: "secure_password" });
    assert.equal(answer.status, 201);
    const { id, ...rest } = answer.body as { id: string };
    assert.deepEqual(rest, { email, is_active: true });
    assert.equal((await getAdminAuth(firebaseApp()).getUser(id)).email, email);
  });

  it("sign in with the tokens of Firebase, which every endpoint takes", async () => {
    const answer = await login({ email: ann.email.toUpperCase(), password: PASSWORD });
    assert.equal(answer.status, 200);
    const { access_token, refresh_token, ...rest } = answer.body as Record<string, string>;
    const user = { id: ann.id, email: ann.email, is_active: true, is_admin: false };
    assert.deepEqual(rest, { token_type: "bearer", expires_in: 3600, user });
    assert.ok(access_token && refresh_token);
    const listed = await ask("GET", `/api/voice/sessions?userId=${ann.id}`, { token: access_token });
    assert.equal(listed.status, 200);
  });

  it("are the same for the Firebase SDK", async () => {
    const app = initializeApp({ projectId: fromStack("GCLOUD_PROJECT"), apiKey: "demo" }, newId());
    const auth = getAuth(app);
    connectAuthEmulator(auth, `http://${fromStack("FIREBASE_AUTH_EMULATOR_HOST")}`, {
      disableWarnings: true,
    });
    const { user } = await signInWithEmailAndPassword(auth, ann.email, PASSWORD);
    assert.equal(user.uid, ann.id);
    const me = await ask("GET", "/users/me", { token: await user.getIdToken() });
    assert.equal((me.body as { id: string }).id, ann.id);
    await deleteApp(app);
  });

  it("get new tokens for the refresh token", async () => {
    const answer = await ask("POST", "/auth/refresh", { body: { refresh_token: ann.refreshToken } });
    assert.equal(answer.status, 200, answer.text);
    const { access_token, token_type, expires_in } = answer.body as Record<string, unknown>;
    assert.deepEqual([token_type, expires_in], ["bearer", 3600]);
    const me = await ask("GET", "/users/me", { token: String(access_token) });
    assert.deepEqual(me.body, { id: ann.id, email: ann.email, is_active: true, is_admin: false });
    assertDetail(await ask("POST", "/auth/refresh", { body: { refresh_token: "nonsense" } }), 401);
  });

  it("of admins carry the custom claim", async () => {
    const admin = await account();
    await getAdminAuth(firebaseApp()).setCustomUserClaims(admin.id, { admin: true });
    const me = await ask("GET", "/users/me", { token: admin.accessToken });
    assert.equal((me.body as { is_admin: boolean }).is_admin, true);
  });

  it("cannot be registered twice, whatever the case", async () => {
    assertDetail(await register({ email: ann.email.toUpperCase(), password: PASSWORD }), 409);
  });

  it("refuse alike a wrong password, an unknown address and a disabled user", async () => {
    const disabled = await account();
    await getAdminAuth(firebaseApp()).updateUser(disabled.id, { disabled: true });
    const answers = [
      await login({ email: ann.email, password: "wrong horse battery" }),
      await login({ email: freshEmail(), password: PASSWORD }),
      await login({ email: disabled.email, password: PASSWORD }),
    ];
    for (const answer of answers) assertDetail(answer, 401);
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    const names = answers.map(({ headers }) => [...headers.keys()].sort().join());
    assert.equal(new Set(names).size, 1);
  });

  it("refuse input by the name of the field, with 422", async () => {
    const email = freshEmail();
    const cases: [unknown, string][] = [
      ["{", "body"],
      ["[]", "body"],
      [{}, "email"],
      [{ email }, "password"],
      [{ email: "no address", password: PASSWORD }, "email"],
      [{ email: `${"x".repeat(250)}@example.com`, password: PASSWORD }, "email"],
      [{ email: 5, password: PASSWORD }, "email"],
      [{ email, password: 5 }, "password"],
      [{ email, password: "short" }, "password"],
      [{ email, password: "x".repeat(129) }, "password"],
      [{ email, password: "Password123" }, "password"],
      [{ email, password: "aaaaaaaaaaaa" }, "password"],
      [{ email, password: email.toUpperCase() }, "password"],
      [{ email, password: PASSWORD, is_admin: true }, "is_admin"],
    ];
    for (const [body, field] of cases) assertDetail(await register(body), 422, field);
    assertDetail(await login({ email: "no address", password: "x" }), 422, "email");
    assertDetail(await login({ email, password: "" }), 422, "password");
    assertDetail(await ask("POST", "/auth/refresh", { body: { refresh_token: "" } }), 422, "refresh_token");
  });

  it("answer the wrong method, a missing token and a body that is too large in this family's shape", async () => {
    const wrong = await ask("GET", "/auth/login");
    assertDetail(wrong, 405);
    assert.equal(wrong.headers.get("allow"), "POST");
    for (const token of [undefined, "nonsense"]) {
      const answer = await ask("GET", "/users/me", { token });
      assertDetail(answer, 401);
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    }
    assertDetail(await login("x".repeat(1_048_577), {}), 413);
  });

  it("that are gone are nobody's any more", async () => {
    const gone = await account();
    await getAdminAuth(firebaseApp()).deleteUser(gone.id);
    assertDetail(await ask("GET", "/users/me", { token: gone.accessToken }), 401);
  });

  it("let in five tries a minute by network address, whoever they are for", async () => {
    const headers = { "fastly-client-ip": `192.0.2.${Math.floor(Math.random() * 255)}-${newId()}` };
    for (let n = 0; n < 5; n += 1) {
      const answer = await login({ email: freshEmail(), password: PASSWORD }, headers);
      assertDetail(answer, 401);
      assert.equal(answer.headers.get("x-ratelimit-limit"), "5");
      assert.equal(answer.headers.get("x-ratelimit-remaining"), String(4 - n));
      assert.equal(answer.headers.get("x-ratelimit-window"), "60");
    }
    const refused = await login({ email: freshEmail(), password: PASSWORD }, headers);
    assertDetail(refused, 429);
    assert.ok(Number(refused.headers.get("retry-after")) >= 1);
    assert.equal(refused.headers.get("x-ratelimit-remaining"), "0");
  });

  it("let in five tries a minute by e-mail address, wherever they come from", async () => {
    const email = freshEmail();
    for (let n = 0; n < 5; n += 1) assertDetail(await login({ email, password: PASSWORD }), 401);
    assertDetail(await login({ email: email.toUpperCase(), password: PASSWORD }), 429);
  });

  it("without a web API key say that it is missing, and nothing of a password is logged", async function () {
    this.timeout(30_000);
    const server = await ownServer("authLoginHttp", { WEB_API_KEY: "", LOG_LEVEL: "DEBUG" });
    try {
      const answer = await fetch(`${server.url}/auth/login`, {
        method: "POST",
        body: JSON.stringify({ email: freshEmail(), password: "canary-password" }),
      });
      assert.equal(answer.status, 500);
      assert.match(await answer.text(), /WEB_API_KEY is not configured/);
      assert.doesNotMatch(server.printed(), /canary/);
    } finally {
      server.stop();
    }
  });
});
