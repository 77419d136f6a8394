import { REGION } from "../stack/paths.mjs";

const SERVICE = "voice-relay";

const RELAY_OPTIONS = [
  // Cloud Run ends every WebSocket after its request timeout; 60 minutes is the longest.
  "--timeout=3600",
  "--concurrency=250",
  "--session-affinity",
  "--no-use-http2",
  // Sockets are served between requests too, so the CPU must not be taken away.
  "--no-cpu-throttling",
  "--cpu=1",
  "--memory=1Gi",
  "--min-instances=1",
  "--max-instances=20",
  "--allow-unauthenticated",
];

// gcloud splits a list at commas unless the list names another separator first.
function gcloudList(entries) {
  const text = entries.map(([name, value]) => `${name}=${value}`);
  const separator = [",", "|", ";", "@@", "%%"].find((mark) => text.every((entry) => !entry.includes(mark)));
  return separator === "," ? text.join(",") : `^${separator}^${text.join(separator)}`;
}

// Each in a folder of its own: Cloud Run mounts one secret a folder.
const KEY_FILES = {
  OPENAI_API_KEY: "/secrets/openai-api-key/value",
  OPENAI_API_KEYS: "/secrets/openai-api-keys/value",
};

/**
 * The relay to Cloud Run, built there from functions/Dockerfile. OpenAI's keys are files, of which the latest version is
 * read each time: a variable would keep the version that an instance was started with.
 */
export function deployRelay({ project, settings, secrets }) {
  const keys = Object.keys(KEY_FILES).filter((name) => secrets.includes(name));
  const variables = {
    GCLOUD_PROJECT: project,
    OPENAI_API_KEYS_FILE: keys.map((name) => KEY_FILES[name]).join(","),
    ...settings,
  };
  return [
    "gcloud",
    "run",
    "deploy",
    SERVICE,
    "--source=functions",
    `--project=${project}`,
    `--region=${REGION}`,
    ...RELAY_OPTIONS,
    `--set-env-vars=${gcloudList(Object.entries(variables).filter(([, value]) => value !== ""))}`,
    `--set-secrets=${gcloudList(secrets.map((name) => [KEY_FILES[name] ?? name, `${name}:latest`]))}`,
    "--quiet",
  ];
}

/** Prints the https address of the deployed relay. */
export function describeRelay({ project }) {
  const service = ["gcloud", "run", "services", "describe", SERVICE];
  return [...service, `--project=${project}`, `--region=${REGION}`, "--format=value(status.url)"];
}

/** Tells the relay its own address: Twilio's signatures are checked against it. */
export function tellRelayItsUrl({ project, url }) {
  const service = ["gcloud", "run", "services", "update", SERVICE];
  return [
    ...service,
    `--project=${project}`,
    `--region=${REGION}`,
    `--update-env-vars=RELAY_URL=${url}`,
    "--quiet",
  ];
}

/** Rules, indexes, functions and the page that Hosting serves. */
export function deployFirebase({ project }) {
  return ["firebase", "deploy", `--project=${project}`, "--only=firestore,functions,hosting"];
}

/** A command as one types it. */
export function shellText(command) {
  return command
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
