import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { KeyPool } from "../../src/providers/keyPool";
import { Readiness } from "../../src/relay/readiness";
import { startInProcessRelay } from "../support/inProcessRelay";
import { startRelayProcess } from "../support/relayProcess";

const LIMITS = { readinessHoldsMs: 10_000, readinessTimeoutMs: 50 };
const forever = () => new Promise<never>(() => {});

function httpOf(relay: { url: string }): string {
  return relay.url.replace(/^ws/, "http");
}

async function answerOf(url: string): Promise<[number, string]> {
  const response = await fetch(url);
  return [response.status, await response.text()];
}

describe("An instance", () => {
  const working = new KeyPool(["a", "b"]);

  it("is ready where Firestore answers and a key is not at rest", async () => {
    const one = new KeyPool(["a", "b"]);
    one.failed("a", Date.now(), "refused");
    assert.deepEqual(await new Readiness(async () => {}, one, LIMITS).missing(), []);
  });

  for (const [what, ask] of [
    ["refuses", () => Promise.reject(new Error("UNAVAILABLE"))],
    ["hangs", forever],
  ] as const) {
    it(`misses Firestore when it ${what}, and says so in time`, async () => {
      const started = Date.now();
      assert.deepEqual(await new Readiness(ask, working, LIMITS).missing(), ["firestore"]);
      assert.ok(Date.now() - started < 1_000);
    });
  }

  it("misses OpenAI without a key, and with every key at rest until one has rested or worked", async () => {
    const answers = async () => {};
    assert.deepEqual(await new Readiness(answers, new KeyPool([]), LIMITS).missing(), ["openai"]);
    const pool = new KeyPool(["a", "b"]);
    const readiness = new Readiness(answers, pool, LIMITS);
    pool.failed("a", Date.now(), "refused");
    pool.failed("b", Date.now(), "refused");
    assert.deepEqual(await readiness.missing(), ["openai"]);
    pool.succeeded("b");
    assert.deepEqual(await readiness.missing(), []);
    pool.failed("b", Date.now() - 120_000, "refused");
    assert.deepEqual(await readiness.missing(), []);
  });

  it("asks Firestore once for however many ask it, and again when the answer is old", async () => {
    let asked = 0;
    const ask = async () => {
      asked += 1;
      await sleep(20);
    };
    const readiness = new Readiness(ask, working, { readinessHoldsMs: 200, readinessTimeoutMs: 1_000 });
    await Promise.all(Array.from({ length: 50 }, () => readiness.missing()));
    for (let again = 0; again < 50; again += 1) await readiness.missing();
    assert.equal(asked, 1);
    await sleep(210);
    await readiness.missing();
    assert.equal(asked, 2);
  });

  it("tells at /readyz in a word what is missing, and lives on", async function () {
    this.timeout(30_000);
    const relay = await startInProcessRelay("ws://127.0.0.1:1", { keys: [] });
    assert.deepEqual(await answerOf(`${httpOf(relay)}/readyz`), [503, "openai\n"]);
    relay.keys.replace(["sk-new"]);
    assert.deepEqual(await answerOf(`${httpOf(relay)}/readyz`), [200, "ready\n"]);
    await relay.drain();

    const alone = await startRelayProcess({ FIRESTORE_EMULATOR_HOST: "127.0.0.1:9" });
    assert.deepEqual(await answerOf(`${httpOf(alone)}/readyz`), [503, "firestore\n"]);
    assert.deepEqual(await answerOf(`${httpOf(alone)}/healthz`), [200, "ok\n"]);
    alone.kill("SIGKILL");
    await alone.exited;
  });
});
