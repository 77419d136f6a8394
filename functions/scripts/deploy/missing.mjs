import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isSecret } from "../stack/settings.mjs";
import { firebaseMemory } from "./selectedProject.mjs";

const REQUIRED_SETTINGS = { ALLOWED_ORIGINS: "the origins of your web app, comma-separated" };
const OPENAI_KEYS = ["OPENAI_API_KEY", "OPENAI_API_KEYS"];
/** Secrets that a project may do without: each by the setting that asks for it, if any does. */
const OPTIONAL_SECRETS = {
  TWILIO_AUTH_TOKEN: "TWILIO_ACCOUNT_SID",
  GOOGLE_CLIENT_SECRET: "GOOGLE_CLIENT_ID",
  VAPI_API_KEY: "VAPI_ASSISTANT_ID",
  VAPI_WEBHOOK_SECRET: "VAPI_ASSISTANT_ID",
  PREVIOUS_SECRET_KEY: undefined,
};
/** What calls need where there is an account to make them with. */
const PHONE_SETTINGS = {
  TWILIO_PHONE_NUMBER: "the number that calls are made from",
  PUBLIC_URL: "where Twilio reaches the functions, https://<project>.web.app as a rule",
};

/** What calendars need where there is a client to connect them by. */
const CALENDAR_SETTINGS = {
  GOOGLE_REDIRECT_URI:
    "where Google sends users back, https://<project>.web.app/google-calendar/callback as a rule",
  FRONTEND_URL: "where users go on to, your web app",
};

/** What starts an app's calls with an assistant of Vapi's, where there is one. */
function vapiSettings({ VAPI_USE_PUBLIC_JWT: flag = "" }) {
  return flag === "true" || flag === "1"
    ? { VAPI_ORG_ID: "the organisation at Vapi whose public tokens are made" }
    : { VAPI_PUBLIC_API_KEY: "the public key that apps start calls with" };
}

function gcloud(args, env) {
  const { error, status, stdout } = spawnSync("gcloud", args, {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return { present: !error, output: status === 0 ? stdout.trim() : "" };
}

function isSignedInToFirebase(env) {
  const home = env.HOME ?? os.homedir();
  const credentials = path.join(home, ".config", "gcloud", "application_default_credentials.json");
  return Boolean(
    env.FIREBASE_TOKEN ||
      env.GOOGLE_APPLICATION_CREDENTIALS ||
      firebaseMemory(env).tokens ||
      fs.existsSync(credentials),
  );
}

function projectProblems(project) {
  const remedy = "pass `-- --project <id>`, or run `firebase use <id>`, or set it in .firebaserc";
  if (!project) return [`No project is selected: ${remedy}.`];
  if (/^demo-/.test(project)) return [`"${project}" exists only in the emulators: ${remedy}.`];
  return [];
}

function gcloudProblems(env) {
  const { present, output } = gcloud(
    ["auth", "list", "--filter=status:ACTIVE", "--format=value(account)"],
    env,
  );
  if (!present)
    return ["gcloud is not installed; it deploys the relay: https://cloud.google.com/sdk/docs/install"];
  return output === "" ? ["gcloud is not signed in: run `gcloud auth login`."] : [];
}

function settingProblems(settings, file) {
  const problems = [];
  const required = {
    ...REQUIRED_SETTINGS,
    ...(settings.TWILIO_ACCOUNT_SID ? PHONE_SETTINGS : {}),
    ...(settings.GOOGLE_CLIENT_ID ? CALENDAR_SETTINGS : {}),
    ...(settings.VAPI_ASSISTANT_ID ? vapiSettings(settings) : {}),
  };
  for (const [name, what] of Object.entries(required)) {
    if (!settings[name]) problems.push(`${name} is not set: add ${name}=… (${what}) to ${file}.`);
  }
  for (const [name, value] of Object.entries(settings)) {
    if (isSecret(name)) {
      problems.push(
        `${name} is a secret and stands in ${file}: remove it there and store it as shown for a missing one.`,
      );
    } else if (/_URL$/.test(name) && /\/\/(127\.0\.0\.1|localhost)\b/.test(value)) {
      problems.push(`${name} in ${file} points to this machine.`);
    }
  }
  return problems;
}

/** Whether a secret has a version that can be read. Its value is never asked for. */
function hasSecret(name, project, env) {
  const args = ["secrets", "versions", "list", name, `--project=${project}`, "--filter=state=enabled"];
  return gcloud([...args, "--limit=1", "--format=value(name)"], env).output !== "";
}

function secretProblems(missing, project) {
  const problems = missing.map(
    (name) =>
      `The secret ${name} is not stored: run \`firebase functions:secrets:set ${name} --project ${project}\`.`,
  );
  const noKey = OPENAI_KEYS.every((name) => missing.includes(name));
  return noKey ? [...problems, `The relay needs ${OPENAI_KEYS.join(" or ")}.`] : problems;
}

/**
 * All that a deployment still needs, one line each, and the secrets that exist.
 * @param {string[]} boundSecrets the names of the secrets that the functions are bound to; each must exist, of OpenAI's keys one
 */
export function whatIsMissing({ project, settings, settingsFile, boundSecrets, env = process.env }) {
  const ofProject = projectProblems(project);
  const ofGcloud = gcloudProblems(env);
  const problems = [...ofProject, ...ofGcloud, ...settingProblems(settings, settingsFile)];
  if (!isSignedInToFirebase(env))
    problems.push("firebase is not signed in: run `npx firebase login` in functions.");
  // Which secrets exist can be asked only of a real project, signed in.
  if (ofProject.length > 0 || ofGcloud.length > 0)
    return { problems, secrets: ["SECRET_KEY", OPENAI_KEYS[0]] };

  const wanted = [
    ...new Set(["SECRET_KEY", ...OPENAI_KEYS, ...Object.keys(OPTIONAL_SECRETS), ...boundSecrets]),
  ];
  const secrets = wanted.filter((name) => hasSecret(name, project, env));
  const hasKey = OPENAI_KEYS.some((name) => secrets.includes(name));
  // One of OpenAI's is enough: the functions are bound to those that exist.
  const isNeeded = (name) => {
    if (OPENAI_KEYS.includes(name)) return !hasKey;
    return !Object.hasOwn(OPTIONAL_SECRETS, name) || Boolean(settings[OPTIONAL_SECRETS[name]]);
  };
  const needed = wanted.filter(isNeeded);
  problems.push(
    ...secretProblems(
      needed.filter((name) => !secrets.includes(name)),
      project,
    ),
  );
  return { problems, secrets };
}
