import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { REPO_FOLDER } from "../stack/paths.mjs";

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

/** What firebase-tools remembers between its runs: who is signed in, which project `firebase use` has chosen. */
export function firebaseMemory(env = process.env) {
  const folder = env.XDG_CONFIG_HOME || path.join(env.HOME ?? os.homedir(), ".config");
  return readJson(path.join(folder, "configstore", "firebase-tools.json"));
}

/** The project to deploy to, as firebase-tools would choose it: `--project`, `firebase use`, then .firebaserc. */
export function selectedProject({ args, env = process.env, repository = REPO_FOLDER }) {
  const flag = args.findIndex((argument) => /^(--project|-P)(=|$)/.test(argument));
  const given = flag < 0 ? undefined : (args[flag].split("=")[1] ?? args[flag + 1]);
  const { projects = {} } = readJson(path.join(repository, ".firebaserc"));
  const name = given ?? firebaseMemory(env).activeProjects?.[repository] ?? projects.default;
  return projects[name] ?? name;
}
