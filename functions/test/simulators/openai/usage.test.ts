import assert from "node:assert/strict";
import type { RealtimeResponseUsage } from "openai/resources/realtime/realtime";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { Probe, userText } from "./probe.js";

function assertAddsUp(usage: RealtimeResponseUsage | undefined): asserts usage is RealtimeResponseUsage {
  assert.ok(usage);
  const input = usage.input_token_details ?? {};
  const output = usage.output_token_details ?? {};
  const cached = input.cached_tokens_details ?? {};
  assert.equal(usage.total_tokens, (usage.input_tokens ?? 0) + (usage.output_tokens ?? 0));
  assert.equal(
    usage.input_tokens,
    (input.text_tokens ?? 0) + (input.audio_tokens ?? 0) + (input.image_tokens ?? 0),
  );
  assert.equal(usage.output_tokens, (output.text_tokens ?? 0) + (output.audio_tokens ?? 0));
  assert.equal(input.cached_tokens, (cached.text_tokens ?? 0) + (cached.audio_tokens ?? 0));
  assert.ok((cached.text_tokens ?? 0) <= (input.text_tokens ?? 0));
  assert.ok((cached.audio_tokens ?? 0) <= (input.audio_tokens ?? 0));
}

describe("Usage", function () {
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

  async function ask(text: string): Promise<RealtimeResponseUsage> {
    probe.send(userText(text));
    probe.send({ type: "response.create" });
    const { usage } = (await probe.next("response.done")).response;
    assertAddsUp(usage);
    return usage;
  }

  it("adds up, grows with the conversation, and caches the prefix of the turn before", async () => {
    const turns = [await ask("one"), await ask("two"), await ask("three"), await ask("four")];
    for (const [index, usage] of turns.slice(1).entries()) {
      assert.ok((usage.input_tokens ?? 0) > (turns[index]?.input_tokens ?? 0));
      const cached = usage.input_token_details?.cached_tokens ?? 0;
      assert.ok(cached <= (turns[index]?.input_tokens ?? 0));
    }
    assert.equal(turns[0]?.input_token_details?.cached_tokens, 0);
    assert.ok((turns[3]?.input_token_details?.cached_tokens ?? 0) > 0);
    assert.ok((turns[3]?.input_token_details?.audio_tokens ?? 0) > 0, "spoken answers are audio context");
  });

  it("counts 20 output audio tokens a second", async () => {
    const usage = await ask("hello");
    const bytes = probe
      .all("response.output_audio.delta")
      .reduce((sum, event) => sum + Buffer.byteLength(event.delta, "base64"), 0);
    assert.equal(usage.output_token_details?.audio_tokens, Math.ceil(bytes / 48 / 50));
  });

  it("loses its cache where the instructions change", async () => {
    await ask("a question that is long enough to fill a block of the cache, word after word after word");
    await ask("another");
    probe.send({ type: "session.update", session: { type: "realtime", instructions: "Something else." } });
    const usage = await ask("a third");
    assert.equal(usage.input_token_details?.cached_tokens, 0);
  });

  it("stops a response at max_output_tokens", async () => {
    probe.send(userText("Go on"));
    probe.send({ type: "response.create", response: { max_output_tokens: 30 } });
    const { response } = await probe.next("response.done");
    assert.equal(response.status, "incomplete");
    assert.equal(response.status_details?.reason, "max_output_tokens");
    assert.ok((response.usage?.output_tokens ?? 99) <= 30);
  });
});
