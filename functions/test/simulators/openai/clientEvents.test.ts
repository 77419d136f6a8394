import assert from "node:assert/strict";
import type { RealtimeClientEvent } from "openai/resources/realtime/realtime";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { appends, Probe, userText } from "./probe.js";
import { silence, speech } from "./sounds.js";

const STORY = "Once upon a time there was a lighthouse that nobody had lit for a hundred years. ".repeat(20);

describe("Client events", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;
  let probe: Probe;

  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 5, realTimeFactor: 200 } });
  });
  after(() => simulator.stop());
  beforeEach(async () => {
    simulator.setScript(undefined);
    simulator.setPace({ realTimeFactor: 200 });
    probe = await Probe.session(simulator.realtimeUrl);
  });
  afterEach(() => probe.close());

  const bad: [title: string, event: unknown, code: string, param: string | null][] = [
    ["of an unknown type", { type: "session.upgrade" }, "invalid_value", "type"],
    ["of a prototype's name", { type: "constructor" }, "invalid_value", "type"],
    ["without a type", {}, "missing_required_parameter", "type"],
    [
      "without a required field",
      { type: "conversation.item.delete" },
      "missing_required_parameter",
      "item_id",
    ],
    [
      "with a field of the wrong type",
      { type: "input_audio_buffer.append", audio: 7 },
      "invalid_type",
      "audio",
    ],
    [
      "with audio that is no base64",
      { type: "input_audio_buffer.append", audio: "!?" },
      "invalid_value",
      "audio",
    ],
    ["with an unknown field", { type: "input_audio_buffer.clear", now: true }, "unknown_parameter", "now"],
    ["that clears the output of WebRTC", { type: "output_audio_buffer.clear" }, "invalid_event", "type"],
    ["that cancels nothing", { type: "response.cancel" }, "response_cancel_not_active", null],
    ["that commits nothing", { type: "input_audio_buffer.commit" }, "input_audio_buffer_commit_empty", null],
    [
      "that gives a tool's output without a call",
      {
        type: "conversation.item.create",
        item: { type: "function_call_output", call_id: "call_none", output: "" },
      },
      "invalid_tool_call_id",
      "item.call_id",
    ],
    [
      "that inserts after a missing item",
      { ...userText("x"), previous_item_id: "item_none" },
      "item_create_invalid_previous_item_id",
      "previous_item_id",
    ],
    [
      "that puts audio into the assistant's mouth",
      {
        type: "conversation.item.create",
        item: { type: "message", role: "assistant", content: [{ type: "output_audio", audio: "" }] },
      },
      "invalid_value",
      "item.content[0].type",
    ],
    [
      "that retrieves a missing item",
      { type: "conversation.item.retrieve", item_id: "item_none" },
      "item_retrieve_invalid_item_id",
      "item_id",
    ],
    [
      "that asks for text and audio at once",
      { type: "response.create", response: { output_modalities: ["text", "audio"] } },
      "invalid_value",
      "response.output_modalities",
    ],
  ];
  for (const [title, event, code, param] of bad) {
    it(`${title} get an error with their event_id, and the session goes on`, async () => {
      probe.sendAny({ ...(event as object), event_id: "evt_bad" });
      const { error } = await probe.next("error");
      assert.equal(error.type, "invalid_request_error");
      assert.deepEqual([error.code, error.param, error.event_id], [code, param, "evt_bad"]);
      probe.send(userText("still here"));
      await probe.next("conversation.item.done");
    });
  }

  it("that are no JSON, no object or binary get an error", async () => {
    for (const message of ["{", "null", "[]", '"text"', ""]) {
      probe.sendAny(message);
      const { error } = await probe.next("error");
      assert.ok(["invalid_json", "invalid_event"].includes(error.code ?? ""), error.code ?? "");
      assert.equal(error.event_id, null);
    }
    probe.socket.send(Buffer.from([1, 2, 3]));
    assert.equal((await probe.next("error")).error.code, "invalid_json");
  });

  it("insert, retrieve and delete items where they say", async () => {
    const item = (id: string): RealtimeClientEvent => ({
      type: "conversation.item.create",
      item: { id, type: "message", role: "system", content: [{ type: "input_text", text: id }] },
    });
    probe.send(item("a"));
    probe.sendAny({ ...item("c"), previous_item_id: "a" });
    probe.sendAny({ ...item("b"), previous_item_id: "a" });
    probe.sendAny({ ...item("first"), previous_item_id: "root" });
    for (const expected of [null, "a", "a", null]) {
      assert.equal((await probe.next("conversation.item.added")).previous_item_id, expected);
    }
    probe.send({ type: "conversation.item.delete", item_id: "a" });
    assert.equal((await probe.next("conversation.item.deleted")).item_id, "a");
    probe.sendAny({ ...item("d"), previous_item_id: "b" });
    assert.equal((await probe.next("conversation.item.added")).previous_item_id, "b");
    probe.send({ type: "conversation.item.retrieve", item_id: "b" });
    assert.equal((await probe.next("conversation.item.retrieved")).item.id, "b");
    probe.send(item("b"));
    assert.equal((await probe.next("error")).error.code, "item_create_invalid_item_id");
  });

  it("truncate only spoken answers, by whole milliseconds, within what was generated", async () => {
    probe.send(userText("Hello"));
    probe.send({ type: "response.create" });
    const { item: user } = await probe.next("conversation.item.done");
    const { response } = await probe.next("response.done");
    const itemId = response.output?.[0]?.id ?? "";
    const truncate = (fields: object) =>
      probe.sendAny({ type: "conversation.item.truncate", item_id: itemId, content_index: 0, ...fields });
    const errors: [fields: object, code: string][] = [
      [{ item_id: "item_none", audio_end_ms: 10 }, "item_truncate_invalid_item_id"],
      [{ item_id: user.id, audio_end_ms: 10 }, "unsupported_content_type"],
      [{ audio_end_ms: 10.5 }, "invalid_type"],
      [{ audio_end_ms: -1 }, "integer_below_min_value"],
      [{ audio_end_ms: 10_000_000 }, "invalid_value"],
      [{ audio_end_ms: 10, content_index: 3 }, "invalid_value"],
      [{}, "missing_required_parameter"],
    ];
    for (const [fields, code] of errors) {
      truncate(fields);
      assert.equal((await probe.next("error")).error.code, code);
    }
    truncate({ audio_end_ms: 200 });
    await probe.next("conversation.item.truncated");
    truncate({ audio_end_ms: 201 });
    assert.match((await probe.next("error")).error.message, /200ms is already shorter than 201ms/);
    probe.send({ type: "conversation.item.retrieve", item_id: itemId });
    const { item } = await probe.next("conversation.item.retrieved");
    assert.ok(item.type === "message" && item.role === "assistant");
    assert.equal(Buffer.from(item.content[0]?.audio ?? "", "base64").length, 200 * 48);
    assert.equal(item.content[0]?.transcript, "");
  });

  it("commit, clear and answer by hand when turn detection is off", async () => {
    const off = { type: "realtime" as const, audio: { input: { turn_detection: null } } };
    probe.send({ type: "session.update", session: off });
    for (const event of appends(Buffer.concat([speech(), silence(2_000)]))) probe.send(event);
    probe.send({ type: "input_audio_buffer.clear" });
    await probe.next("input_audio_buffer.cleared");
    probe.send({ type: "input_audio_buffer.commit" });
    assert.equal((await probe.next("error")).error.code, "input_audio_buffer_commit_empty");
    for (const event of appends(speech())) probe.send(event);
    probe.send({ type: "input_audio_buffer.commit" });
    const { item_id } = await probe.next("input_audio_buffer.committed");
    assert.equal((await probe.next("conversation.item.done")).item.id, item_id);
    assert.ok(!probe.types().some((type) => type.includes("speech_") || type === "response.created"));
    probe.send({ type: "response.create" });
    assert.equal((await probe.next("response.done")).response.status, "completed");
  });

  it("cannot start a second response in the conversation, but can beside it", async () => {
    simulator.setPace({ realTimeFactor: 4 });
    simulator.setScript({ turns: [{ reply: STORY }] });
    const scripted = await Probe.session(simulator.realtimeUrl);
    scripted.send(userText("A story"));
    scripted.send({ type: "response.create" });
    const first = await scripted.next("response.created");
    scripted.send({ type: "response.create", event_id: "second" });
    const { error } = await scripted.next("error");
    assert.deepEqual([error.code, error.event_id], ["conversation_already_has_active_response", "second"]);
    const typed = { type: "message", role: "user", content: [{ type: "input_text", text: "classify this" }] };
    scripted.sendAny({
      type: "response.create",
      response: {
        conversation: "none",
        input: [typed],
        output_modalities: ["text"],
        metadata: { aside: "1" },
      },
    });
    const done = await scripted.next("response.done");
    assert.notEqual(done.response.id, first.response.id);
    assert.equal(done.response.conversation_id, null);
    assert.deepEqual(done.response.metadata, { aside: "1" });
    assert.match(scripted.all("response.output_text.done")[0]?.text ?? "", /classify this/);
    const itemIds = scripted.all("conversation.item.added").map(({ item }) => item.id);
    assert.ok(!itemIds.includes(done.response.output?.[0]?.id));
    scripted.send({ type: "response.cancel", response_id: first.response.id ?? "" });
    assert.equal((await scripted.next("response.done")).response.status, "cancelled");
    scripted.close();
  });

  it("leave a cancelled answer in the conversation as far as it was spoken", async () => {
    simulator.setPace({ realTimeFactor: 4 });
    simulator.setScript({ turns: [{ reply: STORY }] });
    const scripted = await Probe.session(simulator.realtimeUrl);
    scripted.send(userText("A story"));
    scripted.send({ type: "response.create" });
    await scripted.next("response.output_audio.delta");
    scripted.send({ type: "response.cancel" });
    const { response } = await scripted.next("response.done");
    const [item] = response.output ?? [];
    assert.ok(item?.type === "message" && item.role === "assistant");
    assert.equal(item.status, "incomplete");
    const said = scripted.all("response.output_audio_transcript.delta").map(({ delta }) => delta);
    assert.equal(item.content[0]?.transcript, said.join(""));
    const countThen = scripted.events.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(scripted.events.length, countThen, "nothing of a cancelled response follows its end");
    scripted.close();
  });
});
