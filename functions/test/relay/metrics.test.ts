import assert from "node:assert/strict";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { newId } from "../../src/core/ids";
import { RelayMetrics } from "../../src/relay/metrics";
import { README } from "../readme/readme";
import { Probe, userText } from "../simulators/openai/probe";
import { silence, speech } from "../simulators/openai/sounds";
import { eventually } from "../support/eventually";
import { type InProcessRelay, startInProcessRelay } from "../support/inProcessRelay";
import { addressOf, openSession } from "../support/relayProcess";

/** Each sample by its name with its labels, as it is written. */
async function samplesOf(relay: { url: string }): Promise<Map<string, number>> {
  const text = await (await fetch(`${relay.url.replace(/^ws/, "http")}/metrics`)).text();
  return new Map(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

describe("The metrics of a relay", () => {
  let simulator: OpenAiSimulator;
  let relay: InProcessRelay;
  beforeEach(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 120, realTimeFactor: 50 } });
    relay = await startInProcessRelay(simulator.realtimeUrl, { limits: { tickMs: 25 } });
  });
  afterEach(async () => {
    await relay.drain();
    await simulator.stop();
  });

  it("tell of a conversation: live sessions, frames and bytes, tokens and cost, and how long the answer took", async () => {
    const session = { sessionId: newId(), userId: newId() };
    const client = await Probe.open(`${await addressOf(relay.url, session)}&audio=binary`);
    const got = { frames: { text: 0, binary: 0 }, bytes: { text: 0, binary: 0 } };
    client.socket.on("message", (data: Buffer, isBinary) => {
      got.frames[isBinary ? "binary" : "text"] += 1;
      got.bytes[isBinary ? "binary" : "text"] += data.length;
    });
    await client.next("session.updated");
    assert.equal((await samplesOf(relay)).get("voice_relay_sessions"), 1);
    const audio = Buffer.concat([speech(), silence(1_000)]);
    for (let at = 0; at < audio.length; at += 960) client.socket.send(audio.subarray(at, at + 960));
    const { response } = await client.next("response.done");
    await eventually(async () => {
      const samples = await samplesOf(relay);
      assert.equal(
        samples.get('voice_relay_frames_total{direction="to_client",kind="binary"}'),
        got.frames.binary,
      );
      assert.equal(
        samples.get('voice_relay_bytes_total{direction="to_client",kind="binary"}'),
        got.bytes.binary,
      );
      // What came before the client listened is counted as well.
      assert.ok(
        (samples.get('voice_relay_bytes_total{direction="to_client",kind="text"}') ?? 0) >= got.bytes.text,
      );
    });
    const samples = await samplesOf(relay);
    assert.ok(got.frames.binary > 0);
    assert.deepEqual(
      ["frames", "bytes"].map((what) =>
        samples.get(`voice_relay_${what}_total{direction="to_model",kind="binary"}`),
      ),
      [Math.ceil(audio.length / 960), audio.length],
    );
    assert.equal(samples.get('voice_relay_tokens_total{kind="audio_out"}'), audioOut(response));
    assert.ok((samples.get('voice_relay_tokens_total{kind="audio_in"}') ?? 0) > 0);
    assert.ok((samples.get("voice_relay_cost_usd_total") ?? 0) > 0);
    assert.equal(samples.get("voice_relay_answer_seconds_count"), 1);
    const seconds = samples.get("voice_relay_answer_seconds_sum") ?? 0;
    assert.ok(seconds >= 0.1 && seconds < 2, `${seconds} s`);
    client.socket.close();
    await eventually(async () => assert.equal((await samplesOf(relay)).get("voice_relay_sessions"), 0));
  });

  it("tell what the model refused or failed at, by code, and by `other` where the code is none of those known", async () => {
    simulator.setScript({
      turns: [
        { responseFails: { code: "server_error", message: "x" } },
        { responseFails: { code: `made-up-${newId()}`, message: "x" } },
      ],
    });
    const client = await openSession(relay.url, { sessionId: newId(), userId: newId() });
    await client.next("session.updated");
    for (let turn = 0; turn < 2; turn += 1) {
      client.send(userText("Hello?"));
      client.send({ type: "response.create" });
      await client.next("response.done");
    }
    client.send({ type: "input_audio_buffer.commit" });
    await client.next("error");
    const samples = await samplesOf(relay);
    const codes = [...samples].filter(([name]) => name.startsWith("voice_relay_model_errors_total"));
    assert.deepEqual(Object.fromEntries(codes), {
      'voice_relay_model_errors_total{code="server_error"}': 1,
      'voice_relay_model_errors_total{code="other"}': 1,
      'voice_relay_model_errors_total{code="input_audio_buffer_commit_empty"}': 1,
    });
    client.socket.close();
  });

  it("tell why the model was lost in the middle of a session", async () => {
    for (const [fault, reason] of [
      [{ kind: "close_mid_response", afterMs: 0 }, "closed"],
      [{ kind: "malformed_event", when: "response" }, "malformed"],
      [{ kind: "session_limit", afterMs: 100 }, "fatal_error"],
    ] as const) {
      simulator.addFault(fault);
      const client = await openSession(relay.url, { sessionId: newId(), userId: newId() });
      await client.next("session.updated");
      client.send(userText("Hello?"));
      client.send({ type: "response.create" });
      assert.equal((await client.closed).code, 1011);
      assert.equal((await samplesOf(relay)).get(`voice_relay_upstream_lost_total{reason="${reason}"}`), 1);
    }
  });

  it("are all those that README.md lists, and no others", async () => {
    const names = (await new RelayMetrics().registry.getMetricsAsJSON()).map(({ name }) => name);
    const listed = [...README.matchAll(/`(voice_relay_\w+)`/g)].map(([, name]) => name ?? "");
    assert.deepEqual([...new Set(listed)].sort(), names.sort());
  });

  it("add no cost where a model has no price", async () => {
    const metrics = new RelayMetrics();
    const none = { textIn: 1, textCachedIn: 0, textOut: 2, audioIn: 3, audioCachedIn: 0, audioOut: 4 };
    metrics.used({ ...none, costUsd: null });
    metrics.used({ ...none, costUsd: 0.25 });
    const text = await metrics.registry.metrics();
    assert.match(text, /^voice_relay_cost_usd_total 0\.25$/m);
    assert.match(text, /^voice_relay_tokens_total\{kind="audio_out"\} 8$/m);
  });
});

function audioOut(response: { usage?: { output_token_details?: { audio_tokens?: number } } }): number {
  return response.usage?.output_token_details?.audio_tokens ?? -1;
}
