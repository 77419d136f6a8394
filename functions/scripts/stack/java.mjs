import { spawnSync } from "node:child_process";
import path from "node:path";
import { Problem } from "./problem.mjs";

const OLDEST_JAVA = 11;
const REMEDY =
  "The Firestore and Pub/Sub emulators need Java 11 or later: install one " +
  "(Debian: apt-get install default-jre-headless, macOS: brew install openjdk) and make sure that `java -version` runs.";

/** The major version in the output of `java -version`: 17 of `"17.0.15"`, 8 of `"1.8.0_292"`. */
export function javaMajorVersion(output) {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(output);
  if (!match) return undefined;
  const first = Number(match[1]);
  return first === 1 ? Number(match[2]) : first;
}

/**
 * The PATH on which `java` is a version that runs the emulators.
 * @throws Problem in one line, with the remedy
 */
export function pathWithJava(env = process.env) {
  const searchPath = env.JAVA_HOME
    ? [path.join(env.JAVA_HOME, "bin"), env.PATH].join(path.delimiter)
    : (env.PATH ?? "");
  const { error, stderr, stdout } = spawnSync("java", ["-version"], {
    env: { ...env, PATH: searchPath },
    encoding: "utf8",
  });
  if (error) throw new Problem(`Java is missing. ${REMEDY}`);
  const version = javaMajorVersion(`${stderr}${stdout}`);
  if (version === undefined) throw new Problem(`Java does not run. ${REMEDY}`);
  if (version < OLDEST_JAVA) throw new Problem(`Java ${version} is too old. ${REMEDY}`);
  return searchPath;
}
