import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { Probe, userText } from "./probe.js";

const STORY = "Once upon a time there was a lighthouse that nobody had lit for a hundred years. ".repeat(20);

describe("Faults on demand", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;
  let modelUrl: string;

  before(async () => {
    simulator = await startOpenAiSimulator({
      pace: { firstAudioMs: 5, realTimeFactor: 4 },
      script: { turns: [{ reply: STORY }] },
    });
    modelUrl = `${simulator.realtimeUrl}?model=gpt-realtime-2.1`;
  });
  after(() => simulator.stop());
  afterEach(() => simulator.clearFaults());

  async function statusOf(key = "sk-test"): Promise<{ status: number; retryAfter?: string }> {
    const socket = new WebSocket(modelUrl, { headers: { Authorization: `Bearer ${key}` } });
    socket.on("error", () => {});
    const opened = once(socket, "open").then(() => ({ status: 101 }));
    const refused = once(socket, "unexpected-response").then(([, response]) => ({
      status: response.statusCode,
      retryAfter: response.headers["retry-after"],
    }));
    const outcome = await Promise.race([opened, refused]);
    socket.terminate();
    return outcome;
  }

  async function speaking(): Promise<Probe> {
    const probe = await Probe.session(simulator.realtimeUrl);
    probe.send(userText("A story"));
    probe.send({ type: "response.create" });
    return probe;
  }

  for (const [kind, status] of [
    ["handshake_401", 401],
    ["handshake_500", 500],
  ] as const) {
    it(`${kind} strikes as often as asked, then no more`, async () => {
      simulator.addFault({ kind, times: 2 });
      assert.equal((await statusOf()).status, status);
      assert.equal((await statusOf()).status, status);
      assert.equal((await statusOf()).status, 101);
    });
  }

  it("handshake_429 says when to come back, to the key it is for", async () => {
    simulator.addFault({ kind: "handshake_429", retryAfterSeconds: 7, key: "sk-unlucky" });
    assert.equal((await statusOf("sk-lucky")).status, 101);
    assert.deepEqual(await statusOf("sk-unlucky"), { status: 429, retryAfter: "7" });
  });

  it("handshake_hang never answers", async () => {
    simulator.addFault({ kind: "handshake_hang" });
    const socket = new WebSocket(modelUrl, {
      headers: { Authorization: "Bearer sk-test" },
      handshakeTimeout: 300,
    });
    const [error] = await once(socket, "error");
    assert.match(error.message, /handshake has timed out/);
  });

  it("close_mid_response cuts the connection after the first audio", async () => {
    simulator.addFault({ kind: "close_mid_response" });
    const probe = await speaking();
    assert.equal((await probe.closed).code, 1006);
    assert.ok(probe.types().includes("response.created"));
    assert.ok(!probe.types().includes("response.done"));
  });

  it("close_mid_response closes with the code it is given", async () => {
    simulator.addFault({ kind: "close_mid_response", code: 1011, reason: "keepalive", afterMs: 20 });
    const probe = await speaking();
    assert.deepEqual(await probe.closed, { code: 1011, reason: "keepalive" });
  });

  it("silent keeps the socket open and says nothing more", async () => {
    simulator.addFault({ kind: "silent", when: "response", pongs: false });
    const probe = await speaking();
    await probe.next("response.output_audio.delta");
    const heard = probe.events.length;
    let ponged = false;
    probe.socket.on("pong", () => {
      ponged = true;
    });
    probe.socket.ping();
    probe.send(userText("Anyone?"));
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(probe.events.length, heard);
    assert.equal(ponged, false);
    assert.equal(probe.socket.readyState, WebSocket.OPEN);
    probe.close();
  });

  it("answers pings when no fault forbids it", async () => {
    const probe = await Probe.session(simulator.realtimeUrl);
    probe.socket.ping();
    await once(probe.socket, "pong");
    probe.close();
  });

  it("malformed_event sends what is no JSON, and goes on", async () => {
    simulator.addFault({ kind: "malformed_event" });
    const probe = await Probe.session(simulator.realtimeUrl);
    probe.send(userText("Hello"));
    await probe.next("conversation.item.done");
    const broken = probe.texts.filter((text) => {
      try {
        JSON.parse(text);
        return false;
      } catch {
        return true;
      }
    });
    assert.equal(broken.length, 1);
    probe.close();
  });

  it("session_limit ends the session as 60 minutes do", async () => {
    simulator.addFault({ kind: "session_limit", afterMs: 50 });
    const probe = await Probe.session(simulator.realtimeUrl);
    assert.equal((await probe.next("error")).error.code, "session_expired");
    assert.equal((await probe.closed).code, 1001);
  });
});
