import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { WebSocket } from "ws";
import { decodeMuLaw } from "../../../simulators/audio/g711.js";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { speechLevel } from "../../../simulators/openai/vad.js";
import { CallClient } from "./callClient.js";
import { Probe, userText } from "./probe.js";
import { silence, speech } from "./sounds.js";

const KEY = "sk-call-server-1111";
const STORY = "Once upon a time there was a lighthouse that nobody had lit for a hundred years. ".repeat(20);
const SESSION = {
  type: "realtime" as const,
  model: "gpt-realtime-2.1",
  audio: { input: { transcription: { model: "gpt-4o-mini-transcribe" } } },
};

describe("WebRTC calls", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;
  let openai: OpenAI;
  let nowMs: number | undefined;
  let clients: CallClient[] = [];

  before(async () => {
    simulator = await startOpenAiSimulator({
      pace: { firstAudioMs: 5, realTimeFactor: 200 },
      now: () => nowMs ?? Date.now(),
    });
    openai = clientOf(KEY);
  });
  after(() => simulator.stop());
  beforeEach(() =>
    simulator.setScript({ turns: [{ heard: "good evening", reply: "Good evening to you." }] }),
  );
  afterEach(async () => {
    nowMs = undefined;
    simulator.clearFaults();
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
  });

  function clientOf(apiKey: string): OpenAI {
    return new OpenAI({ apiKey, baseURL: simulator.url, maxRetries: 0, logLevel: "off" });
  }

  function newClient(): CallClient {
    const client = new CallClient();
    clients.push(client);
    return client;
  }

  /** A call as a server makes it for its client, with the official SDK. */
  async function call(): Promise<{ client: CallClient; callId: string }> {
    const client = newClient();
    const answer = await openai.realtime.calls.create({ sdp: await client.offer(), session: SESSION });
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [201, "application/sdp"]);
    const callId = /^\/v1\/realtime\/calls\/(rtc_\w+)$/.exec(answer.headers.get("location") ?? "")?.[1];
    assert.ok(callId);
    await client.connect(await answer.text());
    await client.next("session.created");
    return { client, callId };
  }

  function sideband(callId: string, key = KEY): Promise<Probe> {
    return Probe.open(`${simulator.realtimeUrl}?call_id=${callId}`, key);
  }

  async function refusalOf(callId: string, key = KEY): Promise<number> {
    const socket = new WebSocket(`${simulator.realtimeUrl}?call_id=${callId}`, {
      headers: { Authorization: `Bearer ${key}` },
    });
    socket.on("error", () => {});
    const [, response] = await once(socket, "unexpected-response");
    return response.statusCode;
  }

  function viewOf(callId: string) {
    return simulator.sessions().find((view) => view.callId === callId) ?? assert.fail("no such call");
  }

  async function ended(callId: string): Promise<void> {
    for (let tries = 0; viewOf(callId).open; tries += 1) {
      assert.ok(tries < 1_000, "the call goes on");
      await sleep(10);
    }
    assert.equal(await refusalOf(callId), 404);
  }

  /** A post of an offer alone, as a page sends it. */
  function post(sdp: string, key: string | undefined, query = ""): Promise<Response> {
    const headers = { "Content-Type": "application/sdp", ...(key && { Authorization: `Bearer ${key}` }) };
    return fetch(`${simulator.url}/realtime/calls${query}`, { method: "POST", headers, body: sdp });
  }

  it("hear the microphone, answer aloud, and tell data channel and sidebands the same", async () => {
    const { client, callId } = await call();
    const [one, two] = await Promise.all([sideband(callId), sideband(callId)]);
    await Promise.all([one.next("session.created"), two.next("session.created")]);
    client.say(Buffer.concat([silence(200), speech("good evening"), silence(1_200)]));
    const { response_id } = await client.next("output_audio_buffer.stopped");
    const types = client.types();
    const heard = client.first("conversation.item.input_audio_transcription.completed");
    assert.equal(heard.transcript, "good evening");
    assert.equal(client.first("output_audio_buffer.started").response_id, response_id);
    for (const [earlier, later] of [
      ["input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped"],
      ["response.content_part.added", "output_audio_buffer.started"],
      ["response.done", "output_audio_buffer.stopped"],
    ] as const) {
      assert.ok(types.indexOf(earlier) >= 0 && types.indexOf(earlier) < types.indexOf(later), `${types}`);
    }
    assert.ok(!types.includes("response.output_audio.delta"));
    const said = client.first("response.output_audio_transcript.done");
    assert.equal(said.transcript, "Good evening to you.");
    for (const probe of [one, two]) {
      await probe.next("output_audio_buffer.stopped");
      assert.deepEqual(probe.events.slice(1), client.events.slice(-probe.events.length + 1));
    }
    const voiced = client.heard.filter((frame) => speechLevel(decodeMuLaw(frame)) > 0.5);
    assert.ok(voiced.length > 20, `${voiced.length} frames of speech`);
    const view = viewOf(callId);
    assert.deepEqual([view.transport, view.sidebands, view.key], ["webrtc", 2, KEY.slice(-4)]);
    assert.ok(view.audioReceivedMs > 1_000, `${view.audioReceivedMs} ms received`);
    assert.ok(view.audioSentMs >= client.heard.length * 20, `${view.audioSentMs} ms sent`);
  });

  it("take client events from the data channel and from a sideband, and remember which", async () => {
    const { client, callId } = await call();
    const probe = await sideband(callId);
    probe.send({ type: "session.update", session: { type: "realtime", instructions: "Be brief." } });
    const { session } = await client.next("session.updated");
    assert.ok("instructions" in session && session.instructions === "Be brief.");
    client.send(userText("Hello"));
    await probe.next("conversation.item.done");
    probe.close();
    probe.sendAny({ type: "response.create" });
    client.send({ type: "response.create" });
    await client.next("response.done");
    const ways = viewOf(callId).events.map(({ type, via }) => [type, via]);
    assert.deepEqual(ways, [
      ["session.update", "sideband"],
      ["conversation.item.create", "data_channel"],
      ["response.create", "data_channel"],
    ]);
  });

  it("fall silent when the user speaks, and forget what was not heard", async () => {
    simulator.setScript({ turns: [{ reply: STORY }, { reply: "Yes?" }] });
    const { client } = await call();
    client.send(userText("A story"));
    client.send({ type: "response.create" });
    const { response_id } = await client.next("output_audio_buffer.started");
    // Generation is fast and speech is not: the response is over long before its sound.
    await client.next("response.done");
    client.say(speech("stop please"));
    await client.next("input_audio_buffer.speech_started");
    assert.equal((await client.next("output_audio_buffer.cleared")).response_id, response_id);
    const truncated = await client.next("conversation.item.truncated");
    const sentMs = client.heard.length * 20;
    assert.ok(Math.abs(truncated.audio_end_ms - sentMs) < 2_000, `${truncated.audio_end_ms} of ${sentMs} ms`);
    assert.ok(truncated.audio_end_ms > 0 && truncated.audio_end_ms < 20_000);
    client.say(silence(1_000));
    assert.notEqual((await client.next("output_audio_buffer.started")).response_id, response_id);
    assert.ok(!client.types().includes("error"));
  });

  it("cancel a response that is still being made when the user speaks", async () => {
    simulator.setScript({ turns: [{ reply: STORY }] });
    simulator.setPace({ realTimeFactor: 1 });
    const { client } = await call();
    simulator.setPace({ realTimeFactor: 200 });
    client.send(userText("A story"));
    client.send({ type: "response.create" });
    await client.next("output_audio_buffer.started");
    client.say(speech("stop please"));
    await client.next("output_audio_buffer.cleared");
    const { response } = await client.next("response.done");
    assert.deepEqual([response.status, response.status_details?.reason], ["cancelled", "turn_detected"]);
    const { item_id } = await client.next("conversation.item.truncated");
    assert.equal(item_id, response.output?.[0]?.id);
  });

  it("fall silent when the client clears the output, which a plain WebSocket may not", async () => {
    simulator.setScript({ turns: [{ reply: STORY }] });
    const { client } = await call();
    client.send(userText("A story"));
    client.send({ type: "response.create" });
    const { response_id } = await client.next("output_audio_buffer.started");
    client.send({ type: "response.cancel" });
    client.send({ type: "output_audio_buffer.clear" });
    assert.equal((await client.next("output_audio_buffer.cleared")).response_id, response_id);
    const plain = await Probe.session(simulator.realtimeUrl);
    plain.send({ type: "output_audio_buffer.clear" });
    assert.equal((await plain.next("error")).error.code, "invalid_event");
    plain.close();
    assert.ok(!client.types().includes("output_audio_buffer.stopped"));
  });

  it("end when they are hung up, once, by the key that made them", async () => {
    const { client, callId } = await call();
    const probe = await sideband(callId);
    await assert.rejects(clientOf("sk-another-key").realtime.calls.hangup(callId), { status: 404 });
    await openai.realtime.calls.hangup(callId);
    assert.equal((await probe.closed).code, 1000);
    await client.until(() => !client.isOpen, "the connection closes");
    await assert.rejects(openai.realtime.calls.hangup(callId), {
      status: 404,
      code: "call_id_not_found",
    });
    await ended(callId);
  });

  it("end when their client leaves, at once and not when its silence is noticed, with their sidebands", async function () {
    this.timeout(20_000);
    const { client, callId } = await call();
    const probe = await sideband(callId);
    await client.close();
    assert.equal((await probe.closed).code, 1000);
    await ended(callId);
  });

  it("go on when a sideband leaves", async () => {
    const { client, callId } = await call();
    const probe = await sideband(callId);
    probe.socket.close();
    await probe.closed;
    client.send(userText("Still there?"));
    await client.next("conversation.item.done");
    assert.deepEqual([viewOf(callId).open, viewOf(callId).sidebands], [true, 0]);
  });

  it("end with session_expired at their limit", async () => {
    simulator.addFault({ kind: "session_limit", afterMs: 5_000 });
    const { client, callId } = await call();
    const probe = await sideband(callId);
    assert.equal((await client.next("error")).error.code, "session_expired");
    assert.equal((await probe.next("error")).error.code, "session_expired");
    assert.equal((await probe.closed).code, 1001);
    await client.until(() => !client.isOpen, "the connection closes");
    await ended(callId);
  });

  it("are no one else's: another key's sideband is a 404, an ephemeral key's a 401", async () => {
    const { callId } = await call();
    const { value } = await openai.realtime.clientSecrets.create({ session: SESSION });
    assert.equal(await refusalOf(callId, "sk-another-key"), 404);
    assert.equal(await refusalOf("rtc_unknown"), 404);
    assert.equal(await refusalOf(callId, value), 401);
    await assert.rejects(clientOf(value).realtime.calls.hangup(callId), { status: 401 });
  });

  it("are made with an ephemeral key until it expires, in its session, and belong to who made the key", async () => {
    const secret = await openai.realtime.clientSecrets.create({
      expires_after: { anchor: "created_at", seconds: 60 },
      session: { ...SESSION, audio: { output: { voice: "cedar" } } },
    });
    const client = newClient();
    const offer = await client.offer();
    const answer = await post(offer, secret.value);
    assert.equal(answer.status, 201);
    const callId = answer.headers.get("location")?.split("/").at(-1) ?? "";
    await client.connect(await answer.text());
    const { session } = await client.next("session.created");
    assert.ok("model" in session);
    assert.equal(session.audio?.output?.voice, "cedar");
    (await sideband(callId)).close();
    nowMs = secret.expires_at * 1_000;
    const late = await post(offer, secret.value);
    assert.equal(late.status, 401);
    await openai.realtime.calls.hangup(callId);
  });

  it("are refused for a bad offer, session or model with a 400, for a missing key with a 401", async () => {
    const sdp = await newClient().offer();
    for (const [answer, status, code] of [
      [await post("hello", KEY), 400, "invalid_offer"],
      [await post("", KEY), 400, "missing_required_parameter"],
      [await post(sdp.replace(/^(m=audio .*) 0\r$/m, "$1 111\r"), KEY), 400, "invalid_offer"],
      [await post(sdp, KEY, "?model=gpt-3"), 400, "model_not_found"],
      [await post(sdp, undefined), 401, null],
      [await post(sdp, "ek_unknown"), 401, "invalid_api_key"],
    ] as const) {
      const body = await answer.text();
      const { error } = JSON.parse(body);
      assert.deepEqual(
        [answer.status, error.code, error.type],
        [status, code, "invalid_request_error"],
        body,
      );
    }
    const beta = { type: "realtime" as const, modalities: ["audio"] };
    const create = openai.realtime.calls.create({ sdp, session: beta as never });
    await assert.rejects(create, { status: 400, param: "session.modalities" });
  });

  it("and their hangups fail on demand", async () => {
    const { client, callId } = await call();
    const sdp = await newClient().offer();
    for (const [kind, status] of [
      ["http_401", 401],
      ["http_429", 429],
      ["http_500", 500],
    ] as const) {
      simulator.addFault({ kind, endpoint: "calls" });
      simulator.addFault({ kind, endpoint: "hangup" });
      await assert.rejects(openai.realtime.calls.create({ sdp }), { status });
      await assert.rejects(openai.realtime.calls.hangup(callId), { status });
    }
    simulator.addFault({ kind: "http_hang", endpoint: "calls" });
    await assert.rejects(openai.realtime.calls.create({ sdp }, { timeout: 300 }), /timed out/);
    assert.ok(client.isOpen);
  });

  it("are recorded among the requests without the credentials of their offer", async () => {
    simulator.clearRequests();
    await call();
    const [request] = simulator.requests();
    assert.ok(request);
    assert.equal(request.path, "/realtime/calls");
    assert.deepEqual((request.body as { session?: unknown }).session, SESSION);
    assert.ok(!JSON.stringify(request).includes("ice-pwd"));
  });

  it("leave nothing running when the simulator stops", async () => {
    const own = await startOpenAiSimulator();
    const client = newClient();
    const offer = await client.offer();
    const quiet = process.getActiveResourcesInfo().filter(isOurs).length;
    const answer = await fetch(`${own.url}/realtime/calls`, {
      method: "POST",
      headers: { "Content-Type": "application/sdp", Authorization: `Bearer ${KEY}` },
      body: offer,
    });
    await client.connect(await answer.text());
    await own.stop();
    assert.ok(own.sessions().every(({ open }) => !open));
    await client.until(() => !client.isOpen, "the connection closes");
    await client.close();
    const left = () => process.getActiveResourcesInfo().filter(isOurs).length;
    await client.until(() => left() <= quiet, "every port is closed");
  });
});

function isOurs(resource: string): boolean {
  return resource === "UDPWrap";
}
