import assert from "node:assert/strict";
import fs from "node:fs";
import { importScript } from "./importScript";
import { temporaryFolder } from "./temporaryFolder";

const ports = { hosting: 5000, relay: 8090, simulators: 8095 };

describe("the local stack's settings", () => {
  it("come from the files, a later file over an earlier one, and from the environment over every file", async () => {
    const { userSettings } = await importScript("stack/settings.mjs");
    const folder = temporaryFolder({
      ".env": "LOG_LEVEL=DEBUG\nOPENAI_CHAT_MODEL=from-env-file\nFRONTEND_URL=http://one.example\n",
      ".env.local": "OPENAI_CHAT_MODEL=from-local-file\nFRONTEND_URL=http://two.example\n",
      ".secret.local": "OPENAI_API_KEY=sk-from-file\n",
    });
    const env = { FRONTEND_URL: "http://three.example", SOMETHING_ELSE: "x" };
    assert.deepEqual(userSettings(folder, env), {
      LOG_LEVEL: "DEBUG",
      OPENAI_CHAT_MODEL: "from-local-file",
      FRONTEND_URL: "http://three.example",
      OPENAI_API_KEY: "sk-from-file",
    });
  });

  it("an empty variable takes back what a file sets", async () => {
    const { userSettings } = await importScript("stack/settings.mjs");
    const folder = temporaryFolder({ ".secret.local": "OPENAI_API_KEY=sk-from-file\n" });
    assert.deepEqual(userSettings(folder, { OPENAI_API_KEY: "" }), {});
  });

  it("without a key of OpenAI's the simulator is used, with one OpenAI", async () => {
    const { stackSettings } = await importScript("stack/settings.mjs");
    const simulated = stackSettings({ user: {}, ports });
    assert.equal(simulated.settings.OPENAI_REALTIME_API_URL, "ws://127.0.0.1:8095/openai/v1/realtime");
    assert.notEqual(simulated.settings.OPENAI_API_KEY, "");
    assert.deepEqual(simulated.providers[0], { name: "OpenAI", real: false });

    for (const user of [{ OPENAI_API_KEY: "sk-mine" }, { OPENAI_API_KEYS: "sk-one,sk-two" }]) {
      const real = stackSettings({ user, ports });
      assert.equal(real.settings.OPENAI_BASE_URL, "");
      assert.equal(real.settings.OPENAI_REALTIME_API_URL, "");
      assert.deepEqual(real.providers[0], { name: "OpenAI", real: true });
      assert.equal(real.settings.OPENAI_API_KEY ?? "", "OPENAI_API_KEY" in user ? user.OPENAI_API_KEY : "");
    }
  });

  it("without a token of Twilio's the simulator is used, with one Twilio", async () => {
    const { stackSettings } = await importScript("stack/settings.mjs");
    const simulated = stackSettings({ user: {}, ports });
    assert.equal(simulated.settings.TWILIO_API_BASE_URL, "http://127.0.0.1:8095/twilio");
    assert.deepEqual(simulated.providers[1], { name: "Twilio", real: false });
    const real = stackSettings({ user: { TWILIO_AUTH_TOKEN: "mine" }, ports });
    assert.equal(real.settings.TWILIO_API_BASE_URL, "");
    assert.deepEqual(real.providers[1], { name: "Twilio", real: true });
  });

  it("every setting has a value, so that no emulator asks for one, and a secret key is made for each start", async () => {
    const { SETTINGS, stackSettings } = await importScript("stack/settings.mjs");
    const { settings } = stackSettings({ user: {}, ports });
    for (const name of SETTINGS) assert.equal(typeof settings[name], "string", name);
    assert.ok(settings.SECRET_KEY.length >= 32);
    assert.notEqual(settings.SECRET_KEY, stackSettings({ user: {}, ports }).settings.SECRET_KEY);
    assert.equal(stackSettings({ user: { SECRET_KEY: "mine" }, ports }).settings.SECRET_KEY, "mine");
  });

  it("knows every setting that the backend reads", async () => {
    const { SETTINGS } = await importScript("stack/settings.mjs");
    const config = fs.readFileSync("src/core/config.ts", "utf8");
    const read = [...config.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name);
    assert.ok(read.length > 5);
    assert.deepEqual(
      read.filter((name) => !SETTINGS.includes(name)),
      [],
    );
  });

  it("firebase-tools reads the files as they were meant, and this reads firebase-tools' files as it does", async () => {
    const { formatDotenv, parseDotenv } = await importScript("stack/settings.mjs");
    const { parse } = require("firebase-tools/lib/functions/env") as {
      parse(text: string): { envs: Record<string, string>; errors: string[] };
    };
    const settings = {
      PLAIN: "value",
      EMPTY: "",
      BLANK: " ",
      QUOTED: `it's "quoted"`,
      LINES: "one\ntwo\ttabbed",
      HASH: "a # b",
      BACKSLASH: String.raw`a\nb\\`,
      JSON: JSON.stringify({ "gpt-realtime": { textIn: 1.5 } }),
    };
    const text = formatDotenv(settings);
    assert.deepEqual(parse(text), { envs: settings, errors: [] });
    assert.deepEqual(parseDotenv(text), settings);

    const byHand = "# comment\nexport A = one # two\r\nB='single \\n'\nC=\"x\\ty\"\n\nD=\nE=a=b\n";
    assert.deepEqual(parseDotenv(byHand), { ...parse(byHand).envs });
  });

  it("keeps apart what is secret", async () => {
    const { isSecret, SETTINGS } = await importScript("stack/settings.mjs");
    assert.deepEqual(SETTINGS.filter(isSecret), [
      "OPENAI_API_KEY",
      "OPENAI_API_KEYS",
      "TWILIO_AUTH_TOKEN",
      "GOOGLE_CLIENT_SECRET",
      "VAPI_API_KEY",
      "VAPI_WEBHOOK_SECRET",
      "SECRET_KEY",
      "PREVIOUS_SECRET_KEY",
    ]);
  });
});
