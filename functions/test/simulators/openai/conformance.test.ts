import { readFileSync } from "node:fs";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { describeRealtimeConformance, simulationFor } from "./conformance.js";
import { speech } from "./sounds.js";

describe("Realtime conformance", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;

  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 20, realTimeFactor: 20 } });
  });
  after(() => simulator.stop());
  beforeEach(function () {
    const { script, pace } = simulationFor(this.currentTest?.title ?? "");
    simulator.setPace(pace);
    simulator.setScript(script);
  });

  describeRealtimeConformance("The simulator", () => ({
    baseUrl: simulator.url,
    realtimeUrl: simulator.realtimeUrl,
    apiKey: "sk-conformance",
    model: "gpt-realtime-2.1",
    speech: speech(),
  }));
});

// The same suite against the real API: it costs money, so it runs only when a key is given for it.
const realKey = process.env.CONFORMANCE_OPENAI_API_KEY;
const recording = process.env.CONFORMANCE_SPEECH_PCM;
if (realKey && recording) {
  describe("Realtime conformance", function () {
    this.timeout(120_000);
    describeRealtimeConformance("OpenAI", () => ({
      baseUrl: "https://api.openai.com/v1",
      realtimeUrl: "wss://api.openai.com/v1/realtime",
      apiKey: realKey,
      model: process.env.OPENAI_REALTIME_MODEL ?? "gpt-realtime-2.1",
      speech: readFileSync(recording),
    }));
  });
}
