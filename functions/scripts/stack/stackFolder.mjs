import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { FUNCTIONS_FOLDER, PROJECT_ID, REPO_FOLDER } from "./paths.mjs";
import { formatDotenv, isSecret } from "./settings.mjs";

const HOST = "127.0.0.1";

/** The repository's firebase.json as one stack's emulators read it: its ports, and only what they can use. */
export function emulatorConfig(config, ports) {
  return {
    functions: [{ source: "functions", codebase: "default", runtime: config.functions[0].runtime }],
    firestore: config.firestore,
    hosting: { ...config.hosting, public: "functions/console" },
    emulators: {
      functions: { host: HOST, port: ports.functions },
      firestore: { host: HOST, port: ports.firestore, websocketPort: ports.firestoreWebsocket },
      auth: { host: HOST, port: ports.auth },
      hosting: { host: HOST, port: ports.hosting },
      pubsub: { host: HOST, port: ports.pubsub },
      tasks: { host: HOST, port: ports.tasks },
      eventarc: { host: HOST, port: ports.eventarc },
      hub: { host: HOST, port: ports.hub },
      logging: { host: HOST, port: ports.logging },
      ui: { enabled: false },
      singleProjectMode: true,
    },
  };
}

// firebase-tools asks the network for a secret that has no local value, so an unset one gets a blank, which the
// settings' parser takes for unset.
const secretValue = (value) => (value === "" ? " " : value);

function settingsFiles(settings) {
  const entries = Object.entries(settings);
  return {
    [`.env.${PROJECT_ID}`]: Object.fromEntries(entries.filter(([name]) => !isSecret(name))),
    ".secret.local": Object.fromEntries(
      entries.filter(([name]) => isSecret(name)).map(([name, value]) => [name, secretValue(value)]),
    ),
  };
}

/**
 * Makes the temporary folder in which one stack runs: generated configuration and settings, links to everything else.
 * Nothing that the emulators write lands in the repository.
 */
export function makeStackFolder({ ports, settings }) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "voice-stack-")));
  const inFolder = (...names) => path.join(folder, ...names);
  const link = (target, ...names) => {
    if (fs.existsSync(target)) fs.symlinkSync(target, inFolder(...names));
  };

  const config = JSON.parse(fs.readFileSync(path.join(REPO_FOLDER, "firebase.json"), "utf8"));
  fs.writeFileSync(inFolder("firebase.json"), JSON.stringify(emulatorConfig(config, ports), null, 2));
  for (const name of ["firestore.rules", "firestore.indexes.json"]) link(path.join(REPO_FOLDER, name), name);

  fs.mkdirSync(inFolder("functions"));
  for (const name of ["lib", "node_modules", "package.json", "console"]) {
    link(path.join(FUNCTIONS_FOLDER, name), "functions", name);
  }
  for (const [name, content] of Object.entries(settingsFiles(settings))) {
    fs.writeFileSync(inFolder("functions", name), formatDotenv(content), { mode: 0o600 });
  }
  return folder;
}
