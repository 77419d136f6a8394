import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, it } from "mocha";
import * as chat from "../../src/chat/limits";
import { parseConfig } from "../../src/core/config";
import { voiceErrors } from "../../src/endpoint/errorFamilies";
import { SPEECH_VOICES } from "../../src/providers/speech";
import { CLOSE } from "../../src/relay/closeCodes";
import { RELAY_LIMITS } from "../../src/relay/limits";
import * as speech from "../../src/speech/limits";
import * as limits from "../../src/voice/limits";
import { importScript } from "../scripts/importScript";
import { inFunctions, readFunctionsFile } from "../support/repositoryFiles";
import { codeBlocks, quoted, README, tableUnder } from "./readme";

interface Described {
  paths: Record<string, Record<string, { "x-callable"?: string }>>;
}

const sorted = (list: Iterable<string>) => [...list].sort();

/** The names of all settings, as config.ts declares them. */
function settings(): string[] {
  const declared = /const configSchema = z\.object\(\{(.*?)^\}\);/ms.exec(
    readFunctionsFile("src/core/config.ts"),
  );
  return [...(declared?.[1] ?? "").matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name ?? "");
}

describe("README.md", () => {
  it("names every path with its methods and every callable, and no others", () => {
    const { paths } = JSON.parse(readFunctionsFile("openapi.json")) as Described;
    const described = Object.entries(paths).flatMap(([at, methods]) =>
      Object.entries(methods).map(
        ([method, one]) => `${method.toUpperCase()} ${at} ${one["x-callable"] ?? ""}`,
      ),
    );
    const rows = tableUnder("## HTTPS endpoints and callables");
    const listed = rows.map(([at, callable]) => `${quoted(at)} ${quoted(callable)}`);
    assert.ok(listed.length > 0);
    assert.deepEqual(sorted(listed), sorted(described));
  });

  it("names every function that runs in the background", () => {
    const functions = require("../../src/index") as Record<string, { __endpoint: Record<string, unknown> }>;
    for (const [name, { __endpoint }] of Object.entries(functions)) {
      if ("httpsTrigger" in __endpoint || "callableTrigger" in __endpoint) continue;
      assert.ok(README.includes(`\`${name}\``), `${name} is missing`);
    }
  });

  it("and .env.example list every setting, and no others", () => {
    const listed = tableUnder("## Settings").map(([name]) => quoted(name));
    assert.ok(settings().length > 5);
    assert.deepEqual(sorted(listed), sorted(settings()));
    const example = readFunctionsFile(".env.example");
    const entries = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name ?? "");
    assert.deepEqual(sorted(entries), sorted(settings()));
  });

  it("and .env.example give the defaults that config.ts has", () => {
    const defaults = parseConfig({}) as Record<string, unknown>;
    const example = readFunctionsFile(".env.example");
    for (const [name, given = ""] of tableUnder("## Settings")) {
      const value = /^`([^`]+)`$/.exec(given)?.[1];
      if (value === undefined) continue;
      assert.equal(value, String(defaults[quoted(name)]), name);
      assert.ok(example.includes(`\n#${quoted(name)}=${value}\n`), `${name} in .env.example`);
    }
    for (const [, name, value] of example.matchAll(/^#([A-Z_]+)=(.+)$/gm)) {
      assert.doesNotThrow(() => parseConfig({ [name as string]: value }), `${name} in .env.example`);
    }
  });

  it("marks as secrets what the scripts take for secrets", async () => {
    const { isSecret } = await importScript("stack/settings.mjs");
    for (const [name, , about] of tableUnder("## Settings")) {
      assert.equal(about?.startsWith("secret;"), isSecret(quoted(name)), quoted(name));
    }
  });

  it("lists every port with the variable that changes it", async () => {
    const { PORTS } = (await importScript("stack/ports.mjs")) as {
      PORTS: Record<string, { variable: string; usual: number }>;
    };
    const listed = tableUnder("## Settings", 1).map(([, port, variable]) => `${port} ${quoted(variable)}`);
    const declared = Object.values(PORTS).map(({ usual, variable }) => `${usual} ${variable}`);
    assert.deepEqual(sorted(listed), sorted(declared));
  });

  it("shows only npm scripts that exist, and all that are meant for users", () => {
    const { scripts } = JSON.parse(readFunctionsFile("package.json")) as { scripts: Record<string, string> };
    const shown = [...README.matchAll(/npm --prefix functions (?:run )?([a-z]+)/g)].map(
      ([, name]) => name ?? "",
    );
    for (const name of shown) assert.ok(name in scripts, name);
    for (const name of ["demo", "test", "start", "bench", "deploy"]) assert.ok(shown.includes(name), name);
  });

  it("lists every close code of the relay", () => {
    const listed = tableUnder("## The relay's WebSocket", 2).map(([code]) => code ?? "");
    assert.deepEqual(sorted(listed), sorted(Object.values(CLOSE).map(String)));
  });

  it("lists every error with its status and its callable's code", () => {
    const rows = tableUnder("## Errors").map(([what, status, code]) => [quoted(what), status, quoted(code)]);
    const callable = readFunctionsFile("src/endpoint/callable.ts");
    for (const [code, status, callableCode] of rows) {
      assert.equal(status, String(voiceErrors.status[code as keyof typeof voiceErrors.status]), code);
      assert.ok(callable.includes(`  ${code}: "${callableCode}",`), `${code} as a callable's code`);
    }
    assert.deepEqual(sorted(rows.map(([code]) => code ?? "")), sorted(Object.keys(voiceErrors.status)));
  });

  it("gives the price table", () => {
    const listed = Object.fromEntries(
      tableUnder("## Costs").map(([model, ...prices]) => [quoted(model), prices.map(Number)]),
    );
    const declared = Object.entries(parseConfig({}).OPENAI_PRICES).map(([model, price]) => [
      model,
      [price.textIn, price.textCachedIn, price.textOut, price.audioIn, price.audioCachedIn, price.audioOut],
    ]);
    assert.deepEqual(listed, Object.fromEntries(declared));
  });

  it("states the limits as they are", () => {
    const count = (number: number) => number.toLocaleString("en");
    const stated = [
      `${limits.SESSION_TTL_SECONDS / 60} minutes from its creation`,
      `${RELAY_LIMITS.idleMs / 60_000} minutes without audio`,
      `${limits.MAX_ACTIVE_SESSIONS} open sessions, ${limits.CONNECT_WINDOW.limit} connects a minute`,
      `ephemeral keys | ${limits.KEY_WINDOW.limit} an hour and user`,
      `one use, ${limits.TICKET_TTL_SECONDS} seconds`,
      `\`instructions\` ${count(limits.MAX_INSTRUCTIONS_CHARACTERS)} characters`,
      `${count(limits.MAX_TRANSCRIPT_MESSAGES)} messages, ${limits.MAX_TRANSCRIPT_BYTES / 1_024} KiB`,
      `(${limits.DEFAULT_SESSIONS_PER_PAGE}, at most ${limits.MAX_SESSIONS_PER_PAGE})`,
      `capped at ${count(limits.MAX_OUTPUT_TOKENS)}`,
      `a message over ${RELAY_LIMITS.maxMessageBytes / 1_024} KiB`,
      `up to ${limits.MAX_RESUMED_TURNS} earlier turns`,
      `1 to ${chat.MAX_MESSAGES}, roles`,
      `${count(chat.MAX_CHARACTERS)} characters in all`,
      `1 to ${count(chat.MAX_TOKENS)}, else ${count(chat.DEFAULT_MAX_TOKENS)}`,
      `1 to ${count(speech.MAX_TEXT_CHARACTERS)} characters`,
      `${chat.CHAT_WINDOW.limit} chats and ${speech.SPEECH_WINDOW.limit} speeches a minute`,
      `alloy (default), ${SPEECH_VOICES.filter((voice) => voice !== "alloy").join(", ")}`,
    ];
    for (const text of stated) assert.ok(README.includes(text), text);
  });

  it("links only to files that exist", () => {
    const links = [...README.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link ?? "");
    assert.ok(links.length > 0);
    for (const link of links) assert.ok(existsSync(path.join(inFunctions(".."), link)), link);
  });

  it("has a picture of the architecture", () => {
    assert.match(codeBlocks("mermaid")[0] ?? "", /^flowchart /);
  });
});
