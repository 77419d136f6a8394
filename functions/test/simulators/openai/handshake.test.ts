import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import OpenAI from "openai";
import { WebSocket } from "ws";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { Probe } from "./probe.js";

describe("The handshake", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;
  let modelUrl: string;

  before(async () => {
    simulator = await startOpenAiSimulator();
    modelUrl = `${simulator.realtimeUrl}?model=gpt-realtime-2.1`;
  });
  after(() => simulator.stop());

  it("is refused with OpenAI's 401 for a missing and for a wrong key", async () => {
    for (const [headers, code] of [
      [{}, null],
      [{ Authorization: "Bearer nonsense" }, "invalid_api_key"],
      [{ Authorization: "Bearer ek_never_issued" }, "invalid_api_key"],
    ] as const) {
      const socket = new WebSocket(modelUrl, { headers });
      socket.on("error", () => {});
      const [, response] = await once(socket, "unexpected-response");
      assert.equal(response.statusCode, 401);
      let text = "";
      for await (const chunk of response) text += chunk;
      const { error } = JSON.parse(text);
      assert.deepEqual([error.type, error.code], ["invalid_request_error", code]);
      assert.ok(!text.includes("nonsense"));
    }
  });

  it("takes the key from the subprotocol, selects realtime and never echoes the key", async () => {
    const socket = new WebSocket(modelUrl, ["realtime", "openai-insecure-api-key.sk-browser"]);
    await once(socket, "open");
    assert.equal(socket.protocol, "realtime");
    socket.terminate();
  });

  it("is refused when the offered subprotocols lack realtime", async () => {
    const socket = new WebSocket(modelUrl, ["openai-insecure-api-key.sk-browser"]);
    socket.on("error", () => {});
    const [, response] = await once(socket, "unexpected-response");
    assert.equal(response.statusCode, 400);
  });

  it("ends in beta_api_shape_disabled and 4000 for the beta header", async () => {
    const probe = await Probe.open(modelUrl, "sk-test", { "OpenAI-Beta": "realtime=v1" });
    assert.equal((await probe.next("error")).error.code, "beta_api_shape_disabled");
    assert.deepEqual(await probe.closed, {
      code: 4000,
      reason: "invalid_request_error.beta_api_shape_disabled",
    });
  });

  it("ends in model_not_found for an unknown model", async () => {
    const probe = await Probe.open(`${simulator.realtimeUrl}?model=gpt-4o-realtime-preview`);
    const { error } = await probe.next("error");
    assert.equal(error.code, "model_not_found");
    assert.match(error.message, /gpt-4o-realtime-preview/);
    assert.equal((await probe.closed).code, 4000);
    assert.ok(!probe.types().includes("session.created"));
  });

  it("gives a session of 60 minutes", async () => {
    const probe = await Probe.session(simulator.realtimeUrl);
    const session = probe.all("session.created")[0]?.session as { expires_at?: number } | undefined;
    const leftSeconds = (session?.expires_at ?? 0) - Date.now() / 1000;
    assert.ok(Math.abs(leftSeconds - 3_600) < 5);
    probe.close();
  });

  it("answers 404 elsewhere, and nothing brings the server down", async () => {
    const socket = new WebSocket(modelUrl.replace("/realtime", "/elsewhere"));
    socket.on("error", () => {});
    const [, response] = await once(socket, "unexpected-response");
    assert.equal(response.statusCode, 404);
    const { port } = new URL(simulator.url);
    const raw = connect(Number(port), "127.0.0.1");
    raw.on("error", () => {});
    raw.resume();
    raw.end("GET //[ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    await once(raw, "close");
    const health = await fetch(`${new URL(simulator.url).origin}/healthz`);
    assert.equal(health.status, 200);
  });
});

describe("Client secrets", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;
  let openai: OpenAI;

  before(async () => {
    simulator = await startOpenAiSimulator();
    openai = new OpenAI({ apiKey: "sk-server", baseURL: simulator.url, maxRetries: 0 });
  });
  after(() => simulator.stop());

  it("made by the official client open sessions with their configuration, more than once", async () => {
    const secret = await openai.realtime.clientSecrets.create({
      expires_after: { anchor: "created_at", seconds: 60 },
      session: { type: "realtime", model: "gpt-realtime-2.1-mini", audio: { output: { voice: "cedar" } } },
    });
    assert.match(secret.value, /^ek_/);
    assert.ok(Math.abs(secret.expires_at - Date.now() / 1000 - 60) < 5);
    assert.ok(secret.session.type === "realtime" && secret.session.model === "gpt-realtime-2.1-mini");
    for (let i = 0; i < 2; i += 1) {
      const probe = await Probe.open(simulator.realtimeUrl, secret.value);
      const { session } = await probe.next("session.created");
      assert.ok("model" in session && session.model === "gpt-realtime-2.1-mini");
      assert.equal(session.audio?.output?.voice, "cedar");
      probe.close();
    }
  });

  it("are refused with a 400 that names the field, and without a key", async () => {
    const create = openai.realtime.clientSecrets.create({ expires_after: { seconds: 5 } });
    await assert.rejects(create, (error: InstanceType<typeof OpenAI.APIError>) => {
      return error.status === 400 && error.param === "expires_after.seconds";
    });
    const stranger = new OpenAI({ apiKey: "nonsense", baseURL: simulator.url, maxRetries: 0 });
    await assert.rejects(stranger.realtime.clientSecrets.create({}), OpenAI.AuthenticationError);
  });

  it("stop working when they expire", async () => {
    const { ClientSecrets } = await import("../../../simulators/openai/clientSecrets.js");
    let nowMs = 1_000_000;
    const secrets = new ClientSecrets(() => nowMs);
    const { value } = secrets.create({ expires_after: { seconds: 10 } });
    nowMs += 9_999;
    assert.ok(secrets.find(value));
    nowMs += 1;
    assert.equal(secrets.find(value), undefined);
  });
});
