// Deploys rules, indexes, functions, hosting and the relay to the selected project.
//   npm run deploy -- [--project <id>] [--dry-run]
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import {
  deployFirebase,
  deployRelay,
  describeRelay,
  shellText,
  tellRelayItsUrl,
} from "./deploy/commands.mjs";
import { whatIsMissing } from "./deploy/missing.mjs";
import { selectedProject } from "./deploy/selectedProject.mjs";
import { FUNCTIONS_FOLDER, installedCommand, installedNode, REPO_FOLDER } from "./stack/paths.mjs";
import { Problem, runScript } from "./stack/problem.mjs";
import { readDotenv } from "./stack/settings.mjs";
import { build, setUp } from "./stack/setup.mjs";

const LIST_SECRETS = `
  const functions = require("./lib/index.js");
  const names = Object.keys(functions).flatMap((name) => functions[name].__endpoint?.secretEnvironmentVariables ?? []);
  console.log(JSON.stringify([...new Set(names.map(({ key }) => key))]));
`;

/** The names of the secrets that the compiled functions are bound to. */
function boundSecrets() {
  const { status, stdout } = spawnSync(installedNode(), ["-e", LIST_SECRETS], {
    cwd: FUNCTIONS_FOLDER,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Problem("The compiled functions cannot be loaded (see above).");
  return JSON.parse(stdout);
}

function run([command, ...args], { capture = false, env = {} } = {}) {
  const isFirebase = command === "firebase";
  const nodeFolder = path.dirname(installedNode());
  const { error, status, stdout } = spawnSync(
    isFirebase ? installedNode() : command,
    isFirebase ? [installedCommand("firebase"), ...args] : args,
    {
      cwd: REPO_FOLDER,
      encoding: "utf8",
      env: { ...process.env, ...env, PATH: [nodeFolder, process.env.PATH].join(path.delimiter) },
      stdio: ["inherit", capture ? "pipe" : "inherit", "inherit"],
    },
  );
  if (error || status !== 0) throw new Problem(`This failed: ${shellText([command, ...args])}`);
  return stdout?.trim();
}

function rememberRelayUrl(url, settings, file) {
  if (settings.RELAY_URL === url) return;
  if (settings.RELAY_URL) {
    console.log(`RELAY_URL stays ${settings.RELAY_URL}; the relay itself is at ${url}.`);
    return;
  }
  const name = path.join(FUNCTIONS_FOLDER, file);
  const before = fs.existsSync(name) ? fs.readFileSync(name, "utf8") : "";
  fs.writeFileSync(name, `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}RELAY_URL=${url}\n`);
  console.log(`RELAY_URL=${url} was added to functions/${file}; the functions hand it to clients.`);
}

runScript(async () => {
  const args = process.argv.slice(2);
  const dryRun = args.includes("--dry-run");
  await setUp();
  await build();

  const project = selectedProject({ args });
  const file = `.env.${project ?? "<project>"}`;
  const settings = {
    ...readDotenv(path.join(FUNCTIONS_FOLDER, ".env")),
    ...readDotenv(path.join(FUNCTIONS_FOLDER, file)),
  };
  const { problems, secrets } = whatIsMissing({
    project,
    settings,
    settingsFile: `functions/${file}`,
    boundSecrets: boundSecrets(),
  });
  if (problems.length > 0) {
    console.error(["Before it can be deployed:", ...problems.map((problem) => `  - ${problem}`)].join("\n"));
  }
  // The relay first, because the functions need its address.
  const relay = deployRelay({ project: project ?? "<project>", settings, secrets });
  const describe = describeRelay({ project: project ?? "<project>" });
  const firebase = deployFirebase({ project: project ?? "<project>" });
  if (dryRun) {
    const tell = tellRelayItsUrl({ project: project ?? "<project>", url: "wss://<its address>" });
    const commands = [relay, describe, ...(settings.RELAY_URL ? [] : [tell]), firebase].map(
      (command) => `  ${shellText(command)}`,
    );
    console.log(["\nFrom the root of the repository it would run:", ...commands].join("\n"));
    return problems.length > 0 ? 1 : 0;
  }
  if (problems.length > 0) return 1;

  run(relay);
  const url = run(describe, { capture: true }).replace(/^https:/, "wss:");
  // The next deployment finds it in the file.
  if (!settings.RELAY_URL) run(tellRelayItsUrl({ project, url }));
  rememberRelayUrl(url, settings, file);
  run(firebase, { env: { STORED_SECRETS: secrets.join(",") } });
  console.log(
    `\nDeployed to ${project}. The relay is at ${url}: connectVoice gives clients its address, and`,
  );
  console.log(`${url.replace(/^wss:/, "https:")}/ready answers 200 when it is ready.`);
  return 0;
});
