import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { afterEach, describe, it } from "mocha";
import { inFunctions } from "../support/repositoryFiles";
import { fromStack } from "../support/stackEnvironment";

interface Outcome {
  code: number | null;
  printed: string;
  complained: string;
}

function runDemo(env: NodeJS.ProcessEnv): Promise<Outcome> {
  const demo = spawn(process.execPath, [inFunctions(".build/demo/main.js")], { env });
  let printed = "";
  let complained = "";
  demo.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  demo.stderr.on("data", (chunk) => {
    complained += chunk;
  });
  return new Promise((resolve, reject) => {
    demo.once("error", reject);
    demo.once("close", (code) => resolve({ code, printed, complained }));
  });
}

async function control(what: string, method: string, body?: object): Promise<unknown> {
  const url = `${fromStack("SIMULATORS_URL")}/control/openai/${what}`;
  const response = await fetch(url, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  return response.json();
}

describe("the demo", () => {
  afterEach(() => control("faults", "DELETE"));

  it("holds the recorded conversation through the whole stack and exits 0", async function () {
    this.timeout(180_000);
    const { code, printed, complained } = await runDemo(process.env);
    assert.equal(code, 0, printed + complained);
    assert.equal(printed.match(/latency \d+ ms/g)?.length, 3, printed);
    assert.equal(printed.match(/INTERRUPTED, \d\.\d s heard/g)?.length, 1, printed);
    assert.match(printed, /ended \(client\)/);
    assert.match(printed, /complete, 6 messages, 6 turns/);
    assert.equal(printed.match(/permission-denied/g)?.length, 3, printed);
    assert.match(printed, /SIMULATED/);
    assert.match(printed, /queued, initiated, ringing, in-progress, completed/);
    assert.equal(printed.match(/\(INTERRUPTED\)/g)?.length, 1, printed);
    assert.ok(existsSync(/recording +(.+\.wav)/.exec(printed)?.[1] ?? ""), printed);
    const sessions = (await control("sessions", "GET")) as { events: { type: string }[] }[];
    const truncations = sessions
      .flatMap(({ events }) => events)
      .filter(({ type }) => type === "conversation.item.truncate");
    assert.ok(truncations.length > 0, "the model was not told what was heard");
  });

  it("says why and exits 1 where the model fails in the middle of an answer", async function () {
    this.timeout(60_000);
    await control("faults", "POST", { kind: "close_mid_response", code: 1011 });
    const { code, complained } = await runDemo(process.env);
    assert.equal(code, 1);
    assert.match(
      complained,
      /^The demo failed: The relay or the model reports an error: The connection to the/,
    );
  });

  it("names the variable that is missing where it runs outside the stack", async () => {
    const { code, complained } = await runDemo({ ...process.env, FUNCTIONS_URL: "" });
    assert.equal(code, 1);
    assert.match(complained, /FUNCTIONS_URL is not set/);
  });
});
