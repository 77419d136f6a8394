import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { manifestJar } from "./manifestJar.mjs";
import { FUNCTIONS_FOLDER } from "./paths.mjs";

const FIRESTORE_MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";
const FIRESTORE_COMPONENT = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar";
const PUBSUB_COMPONENT = "platform/pubsub-emulator/lib";

const onlyIfFile = (file) => (file && fs.existsSync(file) ? file : undefined);

function pubsubJarIn(folder) {
  if (!folder || !fs.existsSync(folder)) return undefined;
  const name = fs.readdirSync(folder).find((entry) => /^cloud-pubsub-emulator-.*\.jar$/.test(entry));
  return name && path.join(folder, name);
}

/** What firebase-tools itself has downloaded before, in the versions it asks for. */
function inFirebaseCache(env) {
  const cache = env.FIREBASE_EMULATORS_PATH || path.join(os.homedir(), ".cache", "firebase", "emulators");
  const list = path.join(
    FUNCTIONS_FOLDER,
    "node_modules/firebase-tools/lib/emulator/downloadableEmulatorInfo.json",
  );
  const { firestore, pubsub } = JSON.parse(fs.readFileSync(list, "utf8"));
  return {
    firestore: onlyIfFile(path.join(cache, firestore.downloadPathRelativeToCacheDir)),
    pubsub: pubsubJarIn(path.join(cache, pubsub.binaryPathRelativeToCacheDir, "../../lib")),
  };
}

function* gcloudRoots(env) {
  if (env.CLOUDSDK_ROOT_DIR) yield env.CLOUDSDK_ROOT_DIR;
  const gcloud = (env.PATH ?? "")
    .split(path.delimiter)
    .map((folder) => path.join(folder, "gcloud"))
    .find((file) => fs.existsSync(file));
  if (gcloud) yield path.join(fs.realpathSync(gcloud), "../..");
  yield path.join(os.homedir(), "google-cloud-sdk");
  yield* ["/usr/lib/google-cloud-sdk", "/usr/share/google-cloud-sdk", "/opt/google-cloud-sdk"];
  yield* ["/opt/homebrew/share/google-cloud-sdk", "/snap/google-cloud-cli/current"];
  if (!gcloud) return;
  try {
    // Last, because it takes a second.
    yield execFileSync(gcloud, ["info", "--format=value(installation.sdk_root)"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    // A gcloud that does not run has no emulators either.
  }
}

function inGcloud(env, find) {
  for (const root of gcloudRoots(env)) {
    const found = find(root);
    if (found) return found;
  }
  return undefined;
}

/**
 * Puts into `folder` what runs the Firestore and Pub/Sub emulators and says so in the variables that firebase-tools
 * reads. What is neither in firebase's cache nor in gcloud is left out: firebase-tools downloads it.
 *
 * Both run under a path inside `folder`, so that their processes can be told from another stack's.
 */
export function emulatorBinaries(folder, env = process.env) {
  const cached = inFirebaseCache(env);
  const variables = {};

  const firestoreJar = path.join(folder, "firestore-emulator.jar");
  const component =
    cached.firestore ?? inGcloud(env, (root) => onlyIfFile(path.join(root, FIRESTORE_COMPONENT)));
  if (component) {
    if (component === cached.firestore) fs.symlinkSync(component, firestoreJar);
    else {
      const classPath = pathToFileURL(component).href;
      fs.writeFileSync(firestoreJar, manifestJar({ mainClass: FIRESTORE_MAIN_CLASS, classPath }));
    }
    variables.FIRESTORE_EMULATOR_BINARY_PATH = firestoreJar;
  }

  const pubsubJar = cached.pubsub ?? inGcloud(env, (root) => pubsubJarIn(path.join(root, PUBSUB_COMPONENT)));
  if (pubsubJar) {
    const launcher = path.join(folder, "pubsub-emulator");
    const command = `exec java "-Dvoice.stack=${folder}" -jar "${pubsubJar}" "$@"`;
    fs.writeFileSync(launcher, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
    variables.PUBSUB_EMULATOR_BINARY_PATH = launcher;
  }
  return variables;
}
