import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { after, before, describe, it } from "mocha";
import { inFunctions } from "./support/repositoryFiles";

// Which folder may import what, as biome.json has it: each line is a file with that import alone.
const REFUSED: [file: string, code: string][] = [
  ["src/core/a.ts", 'import { a } from "../voice/schemas"; a();'],
  ["src/core/b.ts", 'import { a } from "../endpoint/https"; a();'],
  ["src/core/c.ts", 'import { a } from "firebase-functions/https"; a();'],
  ["src/core/d.ts", 'import type { A } from "firebase-functions"; export type B = A;'],
  ["src/endpoint/a.ts", 'import { a } from "../voice/connectVoice"; a();'],
  ["src/endpoint/b.ts", 'import { a } from "openai"; a();'],
  ["src/providers/a.ts", 'import { a } from "../voice/connectVoice"; a();'],
  ["src/providers/b.ts", 'import { a } from "firebase-functions/params"; a();'],
  ["src/voice/a.ts", 'import { a } from "firebase-functions/https"; a();'],
  ["src/voice/b.ts", 'import { a } from "../endpoint/https"; a();'],
  ["src/voice/c.ts", 'import type { A } from "openai/resources/realtime/realtime"; export type B = A;'],
  ["src/voice/d.ts", 'export const a = () => import("twilio/lib/rest/Twilio");'],
  ["src/voice/f.ts", 'import { a } from "@vapi-ai/server-sdk"; a();'],
  ["src/voice/g.ts", 'import { a } from "../calls/store"; a();'],
  ["src/voice/h.ts", 'import type { A } from "../calls/store"; export type B = A;'],
  ["src/voice/i.ts", 'import { a } from "../calls/endpoints"; a();'],
  ["src/voice/j.ts", 'import { a } from "../relay/server"; a();'],
  ["src/voice/k.ts", 'import a from "../index"; a();'],
  ["src/voice/l.ts", 'import { a } from "../../simulators/openai/server"; a();'],
  ["src/voice/m.ts", 'import { a } from "../../test/support/testCtx"; a();'],
  ["src/voice/endpoints.ts", 'import { a } from "firebase-functions/https"; a();'],
  ["src/voice/triggers.ts", 'import { a } from "../calls/store"; a();'],
  ["src/relay/a.ts", 'import { a } from "../endpoint/operation"; a();'],
  ["src/relay/b.ts", 'import { a } from "../voice/store"; a();'],
  ["src/relay/c.ts", 'import { a } from "openai"; a();'],
  ["src/relay/d.ts", 'import a from "../index"; a();'],
  ["src/index.ts", 'import { a } from "./voice/connectVoice"; a();'],
  ["simulators/a.ts", 'import { a } from "../src/core/ids"; a();'],
];
const ACCEPTED: [file: string, code: string][] = [
  ["src/core/ok.ts", 'import { a } from "./ids"; import { b } from "firebase-admin/auth"; a(b);'],
  [
    "src/endpoint/ok.ts",
    'import { a } from "firebase-functions/https"; import { b } from "../core/ids"; a(b);',
  ],
  ["src/providers/ok.ts", 'import { a } from "openai"; import { b } from "../core/config"; a(b);'],
  ["src/voice/ok.ts", 'import { a } from "../calls/placeCall"; import { b } from "./store"; a(b);'],
  [
    "src/voice/ok2.ts",
    'import { a } from "../providers/openAiRealtime"; import { b } from "../core/ctx"; a(b);',
  ],
  ["src/calls/endpoints.ts", 'import { a } from "../endpoint/https"; import { b } from "./placeCall"; a(b);'],
  [
    "src/relay/ok.ts",
    'import { a } from "../voice/relayConnection"; import { b } from "../core/idToken"; a(b);',
  ],
  ["src/calls/triggers.ts", 'import { a } from "../endpoint/events"; import { b } from "./endCall"; a(b);'],
  ["simulators/ok.ts", 'import type { A } from "openai/resources/realtime/realtime"; export type B = A;'],
  ["test/ok.ts", 'import { a } from "openai"; import { b } from "../src/voice/store"; a(b);'],
];

const RULE = "lint/style/noRestrictedImports";

describe("imports", () => {
  let refused = new Map<string, number>();
  let folder = "";

  before(async () => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), "voice-arrows-")));
    copyFileSync(inFunctions("biome.json"), path.join(folder, "biome.json"));
    for (const [file, code] of [...REFUSED, ...ACCEPTED]) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), `${code}\n`);
    }
    refused = await lint();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** How often the rule refuses an import, by file. */
  async function lint(): Promise<Map<string, number>> {
    const biome = inFunctions("node_modules/@biomejs/biome/bin/biome");
    const args = [
      biome,
      "lint",
      `--only=style/noRestrictedImports`,
      "--reporter=json",
      "--max-diagnostics=none",
      ".",
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder }).catch(
      (failed: { stdout: string }) => failed,
    );
    const counts = new Map<string, number>();
    for (const { category, location } of JSON.parse(stdout).diagnostics) {
      if (category !== RULE) continue;
      const file = typeof location.path === "string" ? location.path : location.path.file;
      const name = path.isAbsolute(file) ? path.relative(folder, file) : file;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  for (const [file, code] of REFUSED) {
    it(`are refused by the linter: ${file} ${code.split(";")[0]}`, () => assert.ok(refused.has(file)));
  }

  it("along the arrows are accepted", () => {
    for (const [file, code] of ACCEPTED) assert.equal(refused.get(file) ?? 0, 0, `${file} ${code}`);
  });
});
