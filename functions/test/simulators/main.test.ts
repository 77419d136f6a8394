import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Probe } from "./openai/probe.js";

const ENTRY = join(__dirname, "../../simulators/main.js");

describe("The simulators' process", function () {
  this.timeout(60_000);
  const started: ChildProcess[] = [];

  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  function start(port: string): ChildProcess & { text: () => string } {
    const child = spawn(process.execPath, [ENTRY], { env: { ...process.env, SIMULATORS_PORT: port } });
    started.push(child);
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.stderr.on("data", (chunk) => {
      text += chunk;
    });
    return Object.assign(child, { text: () => text });
  }

  async function urlOf(child: ReturnType<typeof start>): Promise<string> {
    for (;;) {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(child.text())?.[0];
      if (url) return url;
      assert.equal(child.exitCode, null, child.text());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`serves sessions, says they are simulated, and exits 0 on ${signal} with one open`, async () => {
      const child = start("0");
      const url = await urlOf(child);
      assert.match(child.text(), /not the real providers/);
      const probe = await Probe.session(`${url.replace("http", "ws")}/openai/v1/realtime`);
      child.kill(signal);
      const [code] = await once(child, "exit");
      assert.equal(code, 0);
      await probe.closed;
    });
  }

  it("serves every provider, and says at its root which", async () => {
    const url = await urlOf(start("0"));
    const { simulators } = (await (await fetch(url)).json()) as { simulators: Record<string, string> };
    assert.deepEqual(Object.keys(simulators), ["openai", "twilio", "google", "calendar", "vapi"]);
    for (const path of [
      "/google/calendar/v3/calendars/primary/events",
      "/calendar/v3/calendars/primary/events",
    ]) {
      assert.equal((await fetch(url + path)).status, 401);
    }
    assert.equal((await fetch(`${url}/control/google/accounts`)).status, 200);
  });

  it("names the port that is taken, and how to choose another", async () => {
    const port = new URL(await urlOf(start("0"))).port;
    const second = start(port);
    const [code] = await once(second, "close");
    assert.equal(code, 1);
    assert.match(second.text(), new RegExp(`Port ${port} is taken.*SIMULATORS_PORT`));
  });

  it("refuses a port that is none", async () => {
    const child = start("eighty");
    const [code] = await once(child, "close");
    assert.equal(code, 1);
    assert.match(child.text(), /SIMULATORS_PORT must be a port number/);
  });
});
