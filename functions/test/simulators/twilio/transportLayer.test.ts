import assert from "node:assert/strict";
import { RealtimeAgent, RealtimeSession } from "@openai/agents/realtime";
import { TwilioRealtimeTransportLayer } from "@openai/agents-extensions";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import type { CallerStep } from "../../../simulators/twilio/script.js";
import { eventually } from "../../support/eventually.js";
import { type Bench, startBench } from "./bench.js";

// A second opinion on the protocol: the Agents SDK's own end of a media stream.
describe("OpenAI's Twilio transport, served by the simulator", () => {
  let bench: Bench;
  let model: OpenAiSimulator;
  beforeEach(async () => {
    bench = await startBench();
    const turns = [{ reply: "One two three four five six seven eight nine ten." }, { reply: "Goodbye." }];
    model = await startOpenAiSimulator({ script: { turns }, pace: { firstAudioMs: 20 } });
  });
  afterEach(async () => {
    await bench.stop();
    await model.stop();
  });

  it("holds a conversation with a barge-in: heard, cleared and truncated where it was heard", async () => {
    const says: CallerStep[] = [
      { atMs: 300, speechMs: 500 },
      { intoReplyMs: 600, speechMs: 500 },
      { afterReplyMs: 200, hangUp: true },
    ];
    bench.simulator.setScript({ ringMs: 5, caller: { says } });
    const warnings: unknown[] = [];
    const truncated: number[] = [];
    bench.application.onStream = (socket) => {
      const transport = new TwilioRealtimeTransportLayer({ twilioWebSocket: socket });
      const format = { format: "g711_ulaw" } as const;
      const config = { audio: { input: format, output: format } };
      const session = new RealtimeSession(new RealtimeAgent({ name: "Operator" }), { transport, config });
      session.on("error", (error) => warnings.push(error));
      session.on("transport_event", (event) => {
        if (event.type === "conversation.item.truncated") truncated.push(Number(event.audio_end_ms));
      });
      void session.connect({ apiKey: "sk-test-1234", url: model.realtimeUrl });
    };
    const sid = await bench.call(bench.application.connect());
    const call = await bench.ended(sid);
    const [stream] = call.streams;
    assert.ok(stream);
    assert.deepEqual(warnings, []);
    assert.deepEqual(call.errors, []);
    assert.equal(stream.said.length, 2);
    assert.ok(stream.clears.length >= 1 && stream.clearedBytes > 0, "the barge-in cleared nothing");
    assert.equal(stream.queuedBytes, 0);
    assert.equal(stream.receivedBytes, stream.playedBytes + stream.clearedBytes);
    assert.ok(stream.marks.every(({ echoedAtMs }) => echoedAtMs !== null));
    await eventually(async () => assert.equal(truncated.length, 1));
    const heardMs = (stream.clears.at(-1)?.playedBytes ?? 0) / 8;
    assert.ok(Math.abs((truncated[0] ?? 0) - heardMs) < 400, `${truncated[0]} of ${heardMs} ms heard`);
  });
});
