import assert from "node:assert/strict";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { newId } from "../../src/core/ids";
import type { Probe } from "../simulators/openai/probe";
import { eventually } from "../support/eventually";
import { type InProcessRelay, startInProcessRelay } from "../support/inProcessRelay";
import { openSession } from "../support/relayProcess";

const HURRIED = { upstreamHandshakeMs: 400, upstreamSilenceMs: 400, tickMs: 25 };
const KEY = "sk-first-1111";
const SECOND_KEY = "sk-second-2222";

type Fault = Parameters<OpenAiSimulator["addFault"]>[0];

describe("When the model fails", () => {
  let simulator: OpenAiSimulator;
  let relay: InProcessRelay;
  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 20, realTimeFactor: 20 } });
    relay = await startInProcessRelay(simulator.realtimeUrl, { keys: [KEY], limits: HURRIED });
  });
  afterEach(() => simulator.clearFaults());
  after(async () => {
    await relay.drain();
    await simulator.stop();
  });

  const handshakeFaults: Fault[] = [
    { kind: "handshake_401", times: 9 },
    { kind: "handshake_429", retryAfterSeconds: 30, times: 9 },
    { kind: "handshake_500", times: 9 },
    { kind: "handshake_hang", times: 9 },
  ];
  for (const fault of handshakeFaults) {
    it(`${fault.kind}: the client is told that the model cannot be reached and gets 1011`, async () => {
      simulator.addFault(fault);
      const client = await open(relay);
      await assertTold(client, { code: "provider_unavailable", close: 1011 });
    });
  }

  it("an overload that passes at once goes unnoticed", async () => {
    simulator.addFault({ kind: "handshake_500", times: 1 });
    const client = await open(relay);
    await client.next("session.updated");
    client.socket.close();
  });

  const liveFaults: [string, Fault][] = [
    ["it cuts the connection in mid-response", { kind: "close_mid_response", afterMs: 50 }],
    ["it closes the connection in mid-response", { kind: "close_mid_response", code: 1011, afterMs: 50 }],
    ["it falls silent in a response", { kind: "silent", when: "response", afterMs: 50 }],
    ["it sends what is no event", { kind: "malformed_event", when: "response", afterMs: 50 }],
    ["its session reaches its limit", { kind: "session_limit", afterMs: 300 }],
  ];
  for (const [what, fault] of liveFaults) {
    it(`${what}: the client gets a typed error and 1011, and may go on with its session`, async () => {
      simulator.addFault(fault);
      const session = { sessionId: newId(), userId: newId() };
      const client = await openSession(relay.url, session);
      await client.next("session.updated");
      ask(client);
      await assertTold(client, { code: "upstream_failed", close: 1011 });
      assert.equal(client.texts.filter((text) => !text.startsWith("{")).length, 0);

      const again = await openSession(relay.url, session);
      await again.next("session.updated");
      ask(again);
      await again.next("response.done");
      again.socket.close();
    });
  }

  it("it is silent from the start: the client is not left waiting", async () => {
    simulator.addFault({ kind: "silent", when: "connect" });
    await assertTold(await open(relay), { code: "upstream_failed", close: 1011 });
  });

  it("its account or key is at fault: the client learns nothing of either", async () => {
    simulator.setScript({
      turns: [{ responseFails: { code: "insufficient_quota", message: `Quota of ${KEY} exceeded` } }],
    });
    const client = await open(relay);
    await client.next("session.updated");
    ask(client);
    await Promise.race([client.closed, client.next("response.done")]);
    simulator.setScript(undefined);
    assert.ok(!client.texts.join().includes(KEY));
    client.socket.close();
  });

  for (const fault of handshakeFaults) {
    it(`${fault.kind} of one key: the next key is used at once, and the first one rests`, async () => {
      const pooled = await startInProcessRelay(simulator.realtimeUrl, {
        keys: [KEY, SECOND_KEY],
        limits: HURRIED,
      });
      simulator.addFault({ ...fault, key: KEY, times: 1 });
      const client = await open(pooled);
      await client.next("session.updated");
      // Those of the tests before are closed once their last turns are stored.
      await eventually(async () => assert.deepEqual(usedKeys(simulator), [SECOND_KEY.slice(-4)]));
      assert.equal(pooled.keys.order(Date.now())[0], SECOND_KEY);
      assert.equal(pooled.keys.order(Date.now())[0], SECOND_KEY);
      client.socket.close();
      await pooled.drain();
    });
  }

  it("neither a key nor a ticket is ever logged", () => {
    const logged = JSON.stringify(relay.log);
    assert.ok(relay.log.length > 10);
    assert.ok(!logged.includes(KEY));
    assert.doesNotMatch(logged, /eyJ[\w-]{10}/);
  });
});

function open(relay: InProcessRelay): Promise<Probe> {
  return openSession(relay.url, { sessionId: newId(), userId: newId() });
}

function ask(client: Probe): void {
  client.sendAny({
    type: "conversation.item.create",
    item: { type: "message", role: "user", content: [{ type: "input_text", text: "Are you there?" }] },
  });
  client.sendAny({ type: "response.create" });
}

/** The last that a client hears is an `error` event of that code, and then the close. */
async function assertTold(client: Probe, expected: { code: string; close: number }): Promise<void> {
  const { code } = await client.closed;
  const last = client.events.at(-1);
  assert.equal(code, expected.close);
  assert.ok(last?.type === "error", `the last event was ${last?.type}`);
  assert.equal(last.error.code, expected.code);
  assert.doesNotMatch(JSON.stringify(last), /sk-|openai/i);
}

/** The last four characters of the keys of the sessions that are open at the model. */
function usedKeys(simulator: OpenAiSimulator): string[] {
  return simulator
    .sessions()
    .filter(({ open: isOpen }) => isOpen)
    .map(({ key }) => key);
}
