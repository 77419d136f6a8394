import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { parseConfig } from "../../src/core/config";
import { importScript } from "./importScript";
import { temporaryFolder } from "./temporaryFolder";

/** An environment whose gcloud is signed in and whose projects hold these secrets; firebase is signed in as well. */
function signedIn(secrets: string[]): NodeJS.ProcessEnv {
  const folder = temporaryFolder({
    gcloud: `#!/bin/sh
case "$1" in
  auth) echo someone@example.com ;;
  secrets) for name in ${secrets.join(" ") || '""'}; do [ "$name" = "$4" ] && echo 1; done; exit 0 ;;
  *) exit 2 ;;
esac
`,
  });
  fs.chmodSync(path.join(folder, "gcloud"), 0o755);
  return { PATH: folder, HOME: folder, FIREBASE_TOKEN: "token" };
}

const settings = { ALLOWED_ORIGINS: "https://app.example" };
const of = (project: string | undefined, env: NodeJS.ProcessEnv) => ({
  project,
  settings,
  settingsFile: "functions/.env.app",
  boundSecrets: ["SECRET_KEY"],
  env,
});

describe("a deployment", () => {
  it("lists all that is missing at once", async () => {
    const { whatIsMissing } = await importScript("deploy/missing.mjs");
    const empty = temporaryFolder();
    const { problems } = whatIsMissing({ ...of("demo-voice", { PATH: empty, HOME: empty }), settings: {} });
    assert.equal(problems.length, 4);
    const [project, gcloud, origins, firebase] = problems;
    assert.match(project, /^"demo-voice" exists only in the emulators/);
    assert.match(gcloud, /^gcloud is not installed/);
    assert.match(origins, /^ALLOWED_ORIGINS is not set/);
    assert.match(firebase, /^firebase is not signed in/);
  });

  it("finds nothing missing when nothing is", async () => {
    const { whatIsMissing } = await importScript("deploy/missing.mjs");
    const found = whatIsMissing(of("app", signedIn(["SECRET_KEY", "OPENAI_API_KEYS"])));
    assert.deepEqual(found, { problems: [], secrets: ["SECRET_KEY", "OPENAI_API_KEYS"] });
  });

  it("names each secret that is not stored and how to store it", async () => {
    const { whatIsMissing } = await importScript("deploy/missing.mjs");
    const { problems } = whatIsMissing(of("app", signedIn([])));
    assert.equal(
      problems[0],
      "The secret SECRET_KEY is not stored: run `firebase functions:secrets:set SECRET_KEY --project app`.",
    );
    assert.equal(problems.at(-1), "The relay needs OPENAI_API_KEY or OPENAI_API_KEYS.");
  });

  it("refuses secrets in the settings file, and addresses of this machine, without repeating a secret", async () => {
    const { whatIsMissing } = await importScript("deploy/missing.mjs");
    const { problems } = whatIsMissing({
      ...of("app", signedIn(["SECRET_KEY", "OPENAI_API_KEY"])),
      settings: { ...settings, OPENAI_API_KEY: "sk-very-secret", RELAY_URL: "ws://127.0.0.1:8090" },
    });
    assert.equal(problems.length, 2);
    assert.doesNotMatch(problems.join("\n"), /very-secret/);
  });

  it("goes to the project of the flag, of `firebase use`, or of .firebaserc", async () => {
    const { selectedProject } = await importScript("deploy/selectedProject.mjs");
    const repository = temporaryFolder({
      ".firebaserc": JSON.stringify({ projects: { default: "demo-voice", live: "my-app" } }),
    });
    const nobody = { HOME: temporaryFolder() };
    const used = { activeProjects: { [repository]: "live" } };
    const user = {
      HOME: temporaryFolder({ ".config/configstore/firebase-tools.json": JSON.stringify(used) }),
    };
    assert.equal(selectedProject({ args: [], env: nobody, repository }), "demo-voice");
    assert.equal(selectedProject({ args: [], env: user, repository }), "my-app");
    assert.equal(selectedProject({ args: ["--project", "other"], env: user, repository }), "other");
    assert.equal(selectedProject({ args: ["--project=live"], env: nobody, repository }), "my-app");
  });

  it("with an account of Twilio's needs its token, its number and where the functions are reached", async () => {
    const { whatIsMissing } = await importScript("deploy/missing.mjs");
    const account = { ...settings, TWILIO_ACCOUNT_SID: "AC1" };
    const stored = ["SECRET_KEY", "OPENAI_API_KEY"];
    const without = whatIsMissing({ ...of("app", signedIn(stored)), settings: account });
    assert.equal(without.problems.length, 3);
    assert.match(without.problems.join("\n"), /TWILIO_PHONE_NUMBER.*PUBLIC_URL.*secret TWILIO_AUTH_TOKEN/s);
    const complete = { ...account, TWILIO_PHONE_NUMBER: "+14155550100", PUBLIC_URL: "https://app.web.app" };
    const found = whatIsMissing({
      ...of("app", signedIn([...stored, "TWILIO_AUTH_TOKEN"])),
      settings: complete,
    });
    assert.deepEqual(found, { problems: [], secrets: [...stored, "TWILIO_AUTH_TOKEN"] });
  });

  it("with an assistant of Vapi's needs both secrets, and what apps start calls with", async () => {
    const { whatIsMissing } = await importScript("deploy/missing.mjs");
    const assistant = { ...settings, VAPI_ASSISTANT_ID: "a1" };
    const stored = ["SECRET_KEY", "OPENAI_API_KEY"];
    const without = whatIsMissing({ ...of("app", signedIn(stored)), settings: assistant });
    assert.equal(without.problems.length, 3);
    assert.match(
      without.problems.join("\n"),
      /VAPI_PUBLIC_API_KEY.*secret VAPI_API_KEY.*secret VAPI_WEBHOOK_SECRET/s,
    );
    const all = [...stored, "VAPI_API_KEY", "VAPI_WEBHOOK_SECRET"];
    const tokens = { ...assistant, VAPI_USE_PUBLIC_JWT: "true" };
    const { problems } = whatIsMissing({ ...of("app", signedIn(all)), settings: tokens });
    assert.match(problems.join("\n"), /^VAPI_ORG_ID is not set/);
    const complete = { ...assistant, VAPI_PUBLIC_API_KEY: "public" };
    const found = whatIsMissing({ ...of("app", signedIn(all)), settings: complete });
    assert.deepEqual(found, { problems: [], secrets: all });
  });

  it("tells the relay its own address, once it is known", async () => {
    const { shellText, tellRelayItsUrl } = await importScript("deploy/commands.mjs");
    const command = shellText(tellRelayItsUrl({ project: "app", url: "wss://relay.example" }));
    assert.match(
      command,
      /^gcloud run services update voice-relay .*--update-env-vars=RELAY_URL=wss:\/\/relay\.example/,
    );
  });

  it("gives the relay the settings and secrets as gcloud reads them, commas included", async () => {
    const { deployRelay, shellText } = await importScript("deploy/commands.mjs");
    const command: string[] = deployRelay({
      project: "app",
      settings: { ALLOWED_ORIGINS: "https://a.example,https://b.example", LOG_LEVEL: "" },
      secrets: ["SECRET_KEY", "OPENAI_API_KEY"],
    });
    assert.ok(
      command.includes(
        "--set-env-vars=^|^GCLOUD_PROJECT=app|OPENAI_API_KEYS_FILE=/secrets/openai-api-key/value|ALLOWED_ORIGINS=https://a.example,https://b.example",
      ),
    );
    for (const option of ["--timeout=3600", "--concurrency=250", "--session-affinity", "--no-use-http2"]) {
      assert.ok(command.includes(option), option);
    }
    assert.match(shellText(command), /^gcloud run deploy voice-relay --source=functions --project=app /);
    assert.match(shellText(command), /'--set-env-vars=\^\|\^/);
  });

  it("mounts OpenAI's keys as files, of which the relay reads the latest version while it runs", async () => {
    const { deployRelay } = await importScript("deploy/commands.mjs");
    const command: string[] = deployRelay({
      project: "app",
      settings: {},
      secrets: ["SECRET_KEY", "OPENAI_API_KEY", "OPENAI_API_KEYS"],
    });
    const secrets = command.find((option) => option.startsWith("--set-secrets="));
    assert.deepEqual(secrets?.slice("--set-secrets=".length).split(","), [
      "SECRET_KEY=SECRET_KEY:latest",
      "/secrets/openai-api-key/value=OPENAI_API_KEY:latest",
      "/secrets/openai-api-keys/value=OPENAI_API_KEYS:latest",
    ]);
    const variables = command.find((option) => option.startsWith("--set-env-vars=^|^")) ?? "";
    const files = /OPENAI_API_KEYS_FILE=([^|]*)/.exec(variables)?.[1] ?? "";
    assert.deepEqual(parseConfig({ OPENAI_API_KEYS_FILE: files }).OPENAI_API_KEYS_FILE, [
      "/secrets/openai-api-key/value",
      "/secrets/openai-api-keys/value",
    ]);
    // Cloud Run mounts one secret a folder.
    assert.equal(new Set(files.split(",").map((file) => path.dirname(file))).size, 2);
  });
});
