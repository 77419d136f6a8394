import assert from "node:assert/strict";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import type { SessionConfig } from "../../../simulators/openai/sessionConfig.js";
import { Probe, userText } from "./probe.js";

describe("session.update", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;
  let probe: Probe;

  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 1, realTimeFactor: 500 } });
  });
  after(() => simulator.stop());
  beforeEach(async () => {
    probe = await Probe.session(simulator.realtimeUrl);
  });
  afterEach(() => probe.close());

  async function update(session: object): Promise<SessionConfig> {
    probe.sendAny({ type: "session.update", session: { type: "realtime", ...session } });
    return (await probe.next("session.updated")).session as unknown as SessionConfig;
  }

  it("changes the fields it gives and no other, at any depth", async () => {
    const [created] = probe.all("session.created");
    const before = created?.session as unknown as SessionConfig;
    const after = await update({
      audio: { input: { turn_detection: { type: "server_vad", threshold: 0.7 } } },
    });
    const expected = structuredClone(before);
    const detection = expected.audio.input.turn_detection;
    assert.ok(detection?.type === "server_vad");
    detection.threshold = 0.7;
    assert.deepEqual(after, expected);
    detection.silence_duration_ms = 900;
    const later = { audio: { input: { turn_detection: { type: "server_vad", silence_duration_ms: 900 } } } };
    assert.deepEqual(await update(later), expected);
  });

  it("turns features off with null, and on again with their defaults", async () => {
    await update({ audio: { input: { transcription: { model: "whisper-1", language: "en" } } } });
    const { audio } = await update({ audio: { input: { transcription: { prompt: "names" } } } });
    assert.deepEqual(audio.input.transcription, { model: "whisper-1", language: "en", prompt: "names" });
    const off = await update({ audio: { input: { transcription: null, turn_detection: null } } });
    assert.deepEqual([off.audio.input.transcription, off.audio.input.turn_detection], [null, null]);
    const on = await update({ audio: { input: { turn_detection: { type: "semantic_vad" } } } });
    assert.deepEqual(on.audio.input.turn_detection, {
      type: "semantic_vad",
      eagerness: "auto",
      create_response: true,
      interrupt_response: true,
    });
  });

  const refused: [title: string, session: object, code: string, param: string][] = [
    ["without a type", { type: undefined }, "missing_required_parameter", "session.type"],
    ["for transcription", { type: "transcription" }, "invalid_value", "session.type"],
    ["in the beta's shape", { modalities: ["audio"] }, "unknown_parameter", "session.modalities"],
    ["to another model", { model: "gpt-realtime" }, "invalid_value", "session.model"],
    ["to an unknown model", { model: "gpt-5" }, "model_not_found", "session.model"],
    [
      "to both modalities",
      { output_modalities: ["text", "audio"] },
      "invalid_value",
      "session.output_modalities",
    ],
    ["of a wrong type", { instructions: 7 }, "invalid_type", "session.instructions"],
    [
      "to too many tokens",
      { max_output_tokens: 5_000 },
      "integer_above_max_value",
      "session.max_output_tokens",
    ],
    [
      "to an unknown voice",
      { audio: { output: { voice: "hal" } } },
      "invalid_value",
      "session.audio.output.voice",
    ],
    [
      "to an unknown format",
      { audio: { input: { format: { type: "audio/mp3" } } } },
      "invalid_value",
      "session.audio.input.format.type",
    ],
    [
      "to a threshold above 1",
      { audio: { input: { turn_detection: { type: "server_vad", threshold: 2 } } } },
      "integer_above_max_value",
      "session.audio.input.turn_detection.threshold",
    ],
    [
      "to a field of the other detection",
      { audio: { input: { turn_detection: { type: "server_vad", eagerness: "low" } } } },
      "unknown_parameter",
      "session.audio.input.turn_detection.eagerness",
    ],
    [
      "to a speed above 1.5",
      { audio: { output: { speed: 1.6 } } },
      "decimal_above_max_value",
      "session.audio.output.speed",
    ],
  ];
  for (const [title, session, code, param] of refused) {
    it(`${title} is refused and changes nothing`, async () => {
      const before = await update({});
      probe.sendAny({ type: "session.update", event_id: "bad", session: { type: "realtime", ...session } });
      const { error } = await probe.next("error");
      assert.deepEqual([error.code, error.param, error.event_id], [code, param, "bad"]);
      assert.deepEqual(await update({}), before);
    });
  }

  it("may change the voice until the model has spoken", async () => {
    const { audio } = await update({ audio: { output: { voice: "cedar" } } });
    assert.equal(audio.output.voice, "cedar");
    probe.send(userText("Hello"));
    probe.send({ type: "response.create" });
    assert.equal((await probe.next("response.done")).response.audio?.output?.voice, "cedar");
    probe.sendAny({
      type: "session.update",
      session: { type: "realtime", audio: { output: { voice: "ash" } } },
    });
    assert.equal((await probe.next("error")).error.code, "cannot_update_voice");
    const same = await update({ audio: { output: { voice: "cedar" } }, instructions: "New." });
    assert.equal(same.instructions, "New.");
  });

  it("names the model of a session that was opened without one", async () => {
    const unnamed = await Probe.open(simulator.realtimeUrl);
    await unnamed.next("session.created");
    unnamed.sendAny({
      type: "session.update",
      session: { type: "realtime", model: "gpt-realtime-2.1-mini" },
    });
    const { session } = await unnamed.next("session.updated");
    assert.equal("model" in session && session.model, "gpt-realtime-2.1-mini");
    unnamed.close();
  });
});
