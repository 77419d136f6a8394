import fs from "node:fs";
import path from "node:path";
import { emulatorBinaries } from "./emulatorJars.mjs";
import { FUNCTIONS_FOLDER, installedNode, PROJECT_ID, REGION } from "./paths.mjs";
import { SETTINGS } from "./settings.mjs";

/** What every part inherits: this process's environment, with Node 24 and the installed commands first on the path. */
export function baseEnvironment(searchPath) {
  const nodeFolder = path.dirname(installedNode());
  const commands = path.join(FUNCTIONS_FOLDER, "node_modules", ".bin");
  const env = { ...process.env, PATH: [nodeFolder, commands, searchPath].join(path.delimiter) };
  // The stack's settings come from its own files and environment, not from what this process happens to inherit.
  for (const name of SETTINGS) delete env[name];
  return env;
}

/** Where a person or a client finds each part. */
export function stackUrls(ports) {
  const http = (port) => `http://127.0.0.1:${port}`;
  return {
    hosting: http(ports.hosting),
    functions: `${http(ports.functions)}/${PROJECT_ID}/${REGION}`,
    firestore: http(ports.firestore),
    auth: http(ports.auth),
    pubsub: http(ports.pubsub),
    tasks: http(ports.tasks),
    relay: `ws://127.0.0.1:${ports.relay}`,
    relayHttp: http(ports.relay),
    simulators: http(ports.simulators),
  };
}

/** Where a process finds the stack: for the relay, and for what runs against it. */
export function stackVariables(ports, urls) {
  return {
    GCLOUD_PROJECT: PROJECT_ID,
    GOOGLE_CLOUD_PROJECT: PROJECT_ID,
    FIRESTORE_EMULATOR_HOST: `127.0.0.1:${ports.firestore}`,
    FIREBASE_AUTH_EMULATOR_HOST: `127.0.0.1:${ports.auth}`,
    PUBSUB_EMULATOR_HOST: `127.0.0.1:${ports.pubsub}`,
    HOSTING_URL: urls.hosting,
    FUNCTIONS_URL: urls.functions,
    FUNCTIONS_PORT: String(ports.functions),
    SIMULATORS_URL: urls.simulators,
    ...NO_CLOUD,
  };
}

// Nothing here runs on Google Cloud: asking for its metadata server only costs time and a warning.
const NO_CLOUD = { METADATA_SERVER_DETECTION: "none" };

/** What firebase-tools runs in: everything that it would write elsewhere goes to the stack's folder. */
export function emulatorEnvironment(folder, baseEnv) {
  const home = path.join(folder, "home");
  fs.mkdirSync(home);
  return {
    ...baseEnv,
    ...emulatorBinaries(folder, baseEnv),
    ...NO_CLOUD,
    // Two stacks must not share firebase-tools' temporary files, and no stack its user's firebase settings.
    TMPDIR: folder,
    XDG_CONFIG_HOME: home,
    // Marks the Pub/Sub emulator's process when firebase-tools downloads it.
    JAVA_OPTS: `${baseEnv.JAVA_OPTS ?? ""} -Dvoice.stack=${folder}`.trim(),
    // Discovery through a file: its server would take any port above 8000.
    FIREBASE_FUNCTIONS_DISCOVERY_OUTPUT_PATH: "true",
    NO_UPDATE_NOTIFIER: "1",
    NO_COLOR: "1",
    FORCE_COLOR: "0",
  };
}
