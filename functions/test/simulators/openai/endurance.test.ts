import assert from "node:assert/strict";
import fc from "fast-check";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { Probe, userText } from "./probe.js";

const TYPES = [
  "session.update",
  "input_audio_buffer.append",
  "input_audio_buffer.commit",
  "input_audio_buffer.clear",
  "output_audio_buffer.clear",
  "conversation.item.create",
  "conversation.item.delete",
  "conversation.item.retrieve",
  "conversation.item.truncate",
  "response.create",
  "response.cancel",
];

const part = fc.record({
  type: fc.constantFrom("input_text", "input_audio", "output_text"),
  text: fc.string(),
  audio: fc.constantFrom("", "AAAA", "!"),
});
const item = fc.record(
  {
    type: fc.constantFrom("message", "function_call", "function_call_output", "item_reference", "mcp_call"),
    role: fc.constantFrom("user", "assistant", "system", "tool"),
    content: fc.array(part, { maxLength: 2 }),
    id: fc.constantFrom("a", "b", "__proto__"),
    call_id: fc.constantFrom("a", "b"),
    name: fc.string(),
    arguments: fc.string(),
    output: fc.string(),
  },
  { requiredKeys: ["type"] },
);
const goodItem = fc.constant({
  type: "message",
  role: "user",
  content: [{ type: "input_text", text: "Hello" }],
});
const event = fc.record(
  {
    type: fc.constantFrom(...TYPES),
    event_id: fc.oneof(fc.string(), fc.integer()),
    item: fc.oneof(item, goodItem, fc.jsonValue()),
    item_id: fc.constantFrom("a", "b", "c"),
    audio: fc.constantFrom("", "AAAA", "AAA=", "?"),
    audio_end_ms: fc.oneof(fc.integer(), fc.double()),
    content_index: fc.integer({ min: -1, max: 2 }),
    session: fc.oneof(fc.record({ type: fc.constant("realtime"), audio: fc.jsonValue() }), fc.jsonValue()),
    response: fc.oneof(fc.record({ input: fc.array(item, { maxLength: 2 }) }), fc.jsonValue()),
  },
  { requiredKeys: ["type"] },
);

describe("The OpenAI simulator", function () {
  this.timeout(30_000);
  let simulator: OpenAiSimulator;

  beforeEach(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 1, realTimeFactor: 1_000 } });
  });
  afterEach(() => simulator.stop());

  it("survives 3,000 generated events, blaming each on the client", async () => {
    const probe = await Probe.session(simulator.realtimeUrl);
    for (const one of fc.sample(event, { numRuns: 3_000, seed: 20 })) probe.sendAny(withoutStrangers(one));
    probe.send({ type: "conversation.item.retrieve", item_id: "the last", event_id: "the_last" });
    for (;;) if ((await probe.next("error")).error.event_id === "the_last") break;
    const errors = probe.all("error").map(({ error }) => error);
    assert.deepEqual(
      errors.filter((error) => error.type !== "invalid_request_error"),
      [],
    );
    assert.ok(probe.all("conversation.item.added").length > 10, "some of them were good");
    probe.close();
  });

  it("carries 300 sessions, and leaves no timer or socket when it stops", async () => {
    await simulator.stop();
    const before = process.getActiveResourcesInfo().length;
    simulator = await startOpenAiSimulator();
    const probes = await Promise.all(Array.from({ length: 300 }, () => Probe.session(simulator.realtimeUrl)));
    for (const probe of probes.slice(0, 20)) {
      probe.send(userText("Hello"));
      probe.send({ type: "response.create" });
    }
    await Promise.all(probes.slice(0, 20).map((probe) => probe.next("response.created")));
    assert.equal(simulator.sessions().filter((session) => session.open).length, 300);
    await simulator.stop();
    await Promise.all(probes.map((probe) => probe.closed));
    assert.equal(simulator.sessions().filter((session) => session.open).length, 0);
    let after = process.getActiveResourcesInfo().length;
    for (let tries = 0; tries < 50 && after > before; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      after = process.getActiveResourcesInfo().length;
    }
    // The wait above is itself one timer.
    assert.ok(after <= before + 1, `${after} resources, ${before} before`);
  });
});

/** Drops fields that the event's type does not have, or every event would fail on its first. */
function withoutStrangers(given: Record<string, unknown>): Record<string, unknown> {
  const kept = ["type", "event_id"];
  const type = String(given.type);
  if (type === "session.update") kept.push("session");
  if (type === "input_audio_buffer.append") kept.push("audio");
  if (type === "conversation.item.create") kept.push("item");
  if (/delete|retrieve|truncate/.test(type)) kept.push("item_id");
  if (type.endsWith("truncate")) kept.push("content_index", "audio_end_ms");
  if (type === "response.create") kept.push("response");
  return Object.fromEntries(Object.entries(given).filter(([key]) => kept.includes(key)));
}
