import assert from "node:assert/strict";
import { ServerToolVeil } from "../../src/relay/serverToolVeil";

const call = (name: string, more: object = {}) => ({
  id: `item_${name}`,
  type: "function_call",
  status: "completed",
  name,
  call_id: `call_${name}`,
  arguments: "{}",
  ...more,
});
const MESSAGE = { id: "item_said", type: "message", role: "assistant", content: [] };
const THEIRS = call("look_up");
const MINE = call("mine");
const itemEvent = (type: string, item: object) => ({ type, response_id: "r1", output_index: 0, item });
const argumentsEvent = (type: string, call_id: string) => ({
  type: `response.function_call_arguments.${type}`,
  item_id: "item",
  call_id,
  delta: "{",
});
const done = (...output: object[]) => ({
  type: "response.done",
  event_id: "event_1",
  response: { id: "r1", status: "completed", output, usage: { total_tokens: 7 } },
});

describe("What a client sees of the server's tools", () => {
  let veil: ServerToolVeil;
  beforeEach(() => {
    veil = new ServerToolVeil(new Set(["look_up"]));
  });
  const shown = (event: object) => {
    const frame = Buffer.from(JSON.stringify(event));
    const given = veil.forClient(frame);
    return given === frame ? "as it came" : given && JSON.parse(given.toString());
  };

  it("is nothing that asks it to act: not their calls as output of a response, nor their arguments", () => {
    assert.equal(
      shown(itemEvent("response.output_item.added", call("look_up", { status: "in_progress" }))),
      undefined,
    );
    assert.equal(shown(argumentsEvent("delta", "call_look_up")), undefined);
    assert.equal(shown(argumentsEvent("done", "call_look_up")), undefined);
    assert.equal(shown(itemEvent("response.output_item.done", THEIRS)), undefined);
    assert.deepEqual(shown(done(MESSAGE, THEIRS, MINE)), done(MESSAGE, MINE));
    assert.deepEqual(shown(done(THEIRS)), done());
  });

  it("is their calls and outputs as items of the conversation, whose order it follows", () => {
    for (const type of ["conversation.item.added", "conversation.item.done"]) {
      assert.equal(shown({ type, previous_item_id: "item_0", item: THEIRS }), "as it came");
      const output = { id: "o", type: "function_call_output", call_id: "call_look_up", output: "{}" };
      assert.equal(shown({ type, previous_item_id: "item_look_up", item: output }), "as it came");
    }
  });

  it("is all else as it came: its own calls, what is said, what is not known", () => {
    const events = [
      itemEvent("response.output_item.added", MINE),
      argumentsEvent("delta", "call_mine"),
      argumentsEvent("done", "call_mine"),
      itemEvent("response.output_item.done", MINE),
      itemEvent("response.output_item.done", MESSAGE),
      done(MESSAGE, MINE),
      done(),
      { type: "response.done", response: { id: "r1" } },
      { type: "response.output_item.done" },
      { type: "response.of_tomorrow", item: THEIRS },
      { type: "error", error: { code: "conversation_already_has_active_response", event_id: "mine" } },
    ];
    for (const event of events) assert.equal(shown(event), "as it came", JSON.stringify(event));
    const broken = Buffer.from('{"type":"response.output_item.done","item":}');
    assert.equal(veil.forClient(broken), broken);
  });

  it("does not depend on how the model writes an event", () => {
    const { type, ...rest } = itemEvent("response.output_item.done", THEIRS);
    assert.equal(shown({ ...rest, type }), undefined);
    const given = veil.forClient(JSON.stringify(done(THEIRS)));
    assert.deepEqual(JSON.parse(String(given)), done());
  });

  it("is no error of a request that the relay repeats", () => {
    const code = "conversation_already_has_active_response";
    const error = {
      type: "error",
      error: { code, event_id: "relay_tools_3", type: "invalid_request_error" },
    };
    assert.equal(shown(error), undefined);
    assert.equal(veil.forClient(JSON.stringify(error)), undefined);
  });

  it("lets it answer a call for as long as the model has not made one of that id of the server's", () => {
    assert.ok(!veil.hides("call_look_up"));
    shown({ type: "conversation.item.added", item: THEIRS });
    shown(itemEvent("response.output_item.added", MINE));
    assert.ok(!veil.hides("call_look_up"), "a client may have put that into the conversation");
    shown(itemEvent("response.output_item.added", THEIRS));
    assert.ok(veil.hides("call_look_up"));
    assert.ok(!veil.hides("call_mine"));
  });
});
