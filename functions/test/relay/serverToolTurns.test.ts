import assert from "node:assert/strict";
import { MAX_TOOL_RUNS } from "../../src/relay/limits";
import { type ServerEvent, serverEvent } from "../../src/relay/serverEvents";
import { isRepeated, ServerToolTurns, type ToolCommand } from "../../src/relay/serverToolTurns";
import { outputItemId } from "../../src/relay/toolCalls";

const NOON = 1_800_000_000_000;

const created = (id: string, more: object = {}) => ({ type: "response.created", response: { id, ...more } });
const done = (id: string, output: object[] = [], more: object = {}) => ({
  type: "response.done",
  response: { id, status: "completed", conversation_id: "conv_1", output, ...more },
});
const call = (callId: string, name = "look_up", more: object = {}) => ({
  id: `item_${callId}`,
  type: "function_call",
  status: "completed",
  name,
  call_id: callId,
  arguments: '{"day":"today"}',
  ...more,
});
const outputAdded = (callId: string) => ({
  type: "conversation.item.added",
  item: { id: `output_${callId}`, type: "function_call_output", call_id: callId },
});
const refusal = (event_id: string, code = "conversation_already_has_active_response") => ({
  type: "error",
  error: { type: "invalid_request_error", code, event_id },
});
const SPEECH_STARTED = { type: "input_audio_buffer.speech_started", item_id: "item_1" };
const SPEECH_STOPPED = { type: "input_audio_buffer.speech_stopped" };

/** The turns of a session with the tools `look_up` and `book`, told what happens and asked what they want done. */
class Told {
  now = NOON;
  readonly #turns = new ServerToolTurns(new Set(["look_up", "book"]));

  /** @returns in short what is to be done: `run:`, `output:` with the call, `create:` with the event's id */
  model(...events: object[]): string[] {
    const parsed = events.map((event): ServerEvent => serverEvent.parse(event));
    return parsed.flatMap((event) => this.#turns.handle(event, this.now)).map(inShort);
  }

  output(callId: string): string[] {
    return this.#turns.output(callId, { result: callId }, this.now).map(inShort);
  }

  lost(): void {
    this.#turns.lost();
  }

  rejoined(): string[] {
    return this.#turns.rejoined(this.now).map(inShort);
  }

  passes(ms: number): string[] {
    this.now += ms;
    return this.#turns.tick(this.now).map(inShort);
  }

  /** The whole command to go on that an output leads to. */
  createAfter(callId: string) {
    const commands = this.#turns.output(callId, {}, this.now);
    const create = commands.flatMap((command) => (command.type === "toModel" ? [command.event] : []))[1];
    return create as { response: Record<string, unknown> };
  }
}

function inShort(command: ToolCommand): string {
  if (command.type === "runTool") return `run:${command.call.callId}`;
  const event = command.event as { type: string; event_id?: string; item?: { call_id: string } };
  return event.type === "response.create" ? `create:${event.event_id}` : `output:${event.item?.call_id}`;
}

describe("A call of the server's tools in an app's session", () => {
  let told: Told;
  beforeEach(() => {
    told = new Told();
  });

  it("is run, its output is given to the model, which is then asked to go on", () => {
    assert.deepEqual(told.model(created("r1"), done("r1", [call("c1")])), ["run:c1"]);
    assert.deepEqual(told.output("c1"), ["output:c1", "create:relay_tools_1"]);
    assert.deepEqual(told.model(outputAdded("c1"), created("r2"), done("r2")), []);
  });

  it("is given to the tool as the model wrote it", () => {
    const turns = new ServerToolTurns(new Set(["look_up"]));
    const [command] = turns.handle(serverEvent.parse(done("r1", [call("c1")])), NOON);
    assert.deepEqual(command, {
      type: "runTool",
      call: { callId: "c1", name: "look_up", arguments: '{"day":"today"}' },
    });
    assert.deepEqual(turns.output("c1", { events: ["tea"] }, NOON)[0], {
      type: "toModel",
      event: {
        type: "conversation.item.create",
        item: {
          id: outputItemId("c1"),
          type: "function_call_output",
          call_id: "c1",
          output: '{"events":["tea"]}',
        },
      },
    });
  });

  it("among several of one response leads to one request to go on, after the last output", () => {
    assert.deepEqual(told.model(done("r1", [call("c1"), call("c2", "book"), call("c3")])), [
      "run:c1",
      "run:c2",
      "run:c3",
    ]);
    assert.deepEqual(told.output("c2"), ["output:c2"]);
    assert.deepEqual(told.output("c1"), ["output:c1"]);
    assert.deepEqual(told.output("c3"), ["output:c3", "create:relay_tools_1"]);
  });

  it("is run and answered once, however often it is told of", () => {
    told.model(done("r1", [call("c1")]));
    assert.deepEqual(told.model(done("r1", [call("c1")]), done("r2", [call("c1")])), []);
    assert.deepEqual(told.output("c1"), ["output:c1", "create:relay_tools_1"]);
    assert.deepEqual(told.output("c1"), []);
  });

  it("counts only where a response holds it, whole", () => {
    const forged = { type: "conversation.item.added", item: call("c1") };
    const finished = { type: "conversation.item.done", item: call("c1") };
    const outputItem = { type: "response.output_item.done", item: call("c1") };
    assert.deepEqual(told.model(forged, finished, outputItem), []);
    assert.deepEqual(told.model(done("r1", [call("c2", "look_up", { status: "incomplete" })])), []);
    assert.deepEqual(told.output("c1"), []);
  });

  it("beside the conversation is not run: its output would have no place", () => {
    assert.deepEqual(told.model(done("r1", [call("c1")], { conversation_id: null })), []);
  });

  it("of a cancelled response is answered, but the model is not asked to go on", () => {
    assert.deepEqual(told.model(done("r1", [call("c1")], { status: "cancelled" })), ["run:c1"]);
    assert.deepEqual(told.output("c1"), ["output:c1"]);
    assert.deepEqual(told.passes(100_000), []);
  });

  it("beside one of the client's tools is answered; the client asks the model to go on", () => {
    assert.deepEqual(told.model(done("r1", [call("c1"), call("c2", "the_clients")])), ["run:c1"]);
    assert.deepEqual(told.output("c1"), ["output:c1"]);
    assert.deepEqual(told.model(created("r2"), done("r2")), []);
  });

  it("of the client's tools alone is the client's", () => {
    assert.deepEqual(told.model(created("r1"), done("r1", [call("c1", "the_clients")])), []);
    assert.deepEqual(told.output("c1"), []);
  });
});

describe("The request to go on after a tool", () => {
  let told: Told;
  beforeEach(() => {
    told = new Told();
    told.model(created("r1"), done("r1", [call("c1")]));
  });

  it("waits for a response that has begun meanwhile", () => {
    told.model(created("r2"));
    assert.deepEqual(told.output("c1"), ["output:c1"]);
    assert.deepEqual(told.passes(100_000), []);
    assert.deepEqual(told.model(done("r2")), ["create:relay_tools_1"]);
  });

  it("waits for no response beside the conversation", () => {
    told.model(created("r2", { conversation_id: null }));
    assert.deepEqual(told.output("c1"), ["output:c1", "create:relay_tools_1"]);
  });

  it("is made again once the response that was in its way is done", () => {
    told.output("c1");
    // It began before the output was there, and so knows nothing of it.
    assert.deepEqual(told.model(created("r2"), outputAdded("c1"), refusal("relay_tools_1")), []);
    assert.deepEqual(told.passes(100_000), []);
    assert.deepEqual(told.model(done("r2")), ["create:relay_tools_2"]);
    assert.deepEqual(told.model(created("r3", { metadata: { request: "relay_tools_2" } }), done("r3")), []);
  });

  it("is made again after a response of which nothing else was told", () => {
    told.output("c1");
    assert.deepEqual(told.model(refusal("relay_tools_1")), []);
    assert.deepEqual(told.passes(100_000), []);
    assert.deepEqual(told.model(done("r2")), ["create:relay_tools_2"]);
  });

  it("is not made where a response of somebody else's has begun that knows the output", () => {
    told.model(created("r2"));
    told.output("c1");
    assert.deepEqual(told.model(outputAdded("c1"), created("r3"), done("r3"), done("r2")), []);
  });

  it("is answered by its own response, also where the model does not tell of the output", () => {
    told.output("c1");
    const own = { metadata: { request: "relay_tools_1" } };
    assert.deepEqual(told.model(created("r2", own), done("r2", [call("c2")])), ["run:c2"]);
    assert.deepEqual(told.output("c2"), ["output:c2", "create:relay_tools_2"]);
  });

  it("waits while the user speaks, whose words the model answers of its own accord", () => {
    told.model(SPEECH_STARTED);
    assert.deepEqual(told.output("c1"), ["output:c1"]);
    assert.deepEqual(told.model(outputAdded("c1"), SPEECH_STOPPED), []);
    assert.deepEqual(told.passes(500), []);
    assert.deepEqual(told.model(created("r2"), done("r2")), []);
    assert.deepEqual(told.passes(100_000), []);
  });

  it("is made where the model does not answer what was spoken", () => {
    told.model(SPEECH_STARTED);
    told.output("c1");
    told.model(outputAdded("c1"), SPEECH_STOPPED);
    assert.deepEqual(told.passes(1_000), ["create:relay_tools_1"]);
  });

  it("is made at last where speech that began is never told to stop", () => {
    told.model(SPEECH_STARTED);
    told.output("c1");
    assert.deepEqual(told.passes(30_000), []);
    assert.deepEqual(told.passes(30_000), ["create:relay_tools_1"]);
  });

  it("is made again for an output that was sent after it, of a response that nobody of ours had asked for", () => {
    told.output("c1");
    told.model(created("r2"), done("r2", [call("c2")]));
    assert.deepEqual(told.output("c2"), ["output:c2"]);
    const answered = told.model(
      outputAdded("c1"),
      created("r3", { metadata: { request: "relay_tools_1" } }),
      outputAdded("c2"),
    );
    assert.deepEqual(answered, []);
    assert.deepEqual(told.model(done("r3")), ["create:relay_tools_2"]);
  });

  it("is not made again where it was refused for another reason", () => {
    told.output("c1");
    assert.deepEqual(told.model(refusal("relay_tools_1", "rate_limit_exceeded"), done("r2")), []);
  });

  it("is not taken for refused by an error of the client's", () => {
    told.output("c1");
    assert.deepEqual(told.model(refusal("the_clients"), done("r2")), []);
  });

  it("leaves the model free where the session makes it call a tool each time", () => {
    told.model({ type: "session.updated", session: { tool_choice: "required" } });
    assert.equal(told.createAfter("c1").response.tool_choice, "auto");
  });

  it("leaves the choice as the client has set it otherwise", () => {
    for (const tool_choice of ["auto", "none", undefined]) {
      const free = new Told();
      free.model({ type: "session.updated", session: { tool_choice } }, done("r1", [call("c1")]));
      assert.ok(!("tool_choice" in free.createAfter("c1").response));
    }
  });

  it("comes to an end, whatever the model calls", () => {
    for (let run = 1; run < MAX_TOOL_RUNS; run += 1) {
      told.model(created(`more${run}`), done(`more${run}`, [call(`more${run}`)]));
    }
    assert.equal(told.createAfter("c1").response.tool_choice, "none");
  });
});

describe("A conversation whose connection was lost and joined again", () => {
  let told: Told;
  beforeEach(() => {
    told = new Told();
    told.model(created("r1"), done("r1", [call("c1")]));
  });

  it("goes on with tools where the end of a response was told to nobody", () => {
    told.model(created("r2"));
    told.lost();
    assert.deepEqual(told.rejoined(), []);
    assert.deepEqual(told.output("c1"), ["output:c1", "create:relay_tools_1"]);
  });

  it("is given what came of a tool meanwhile, and asked to go on, only once it is joined", () => {
    told.lost();
    assert.deepEqual(told.output("c1"), []);
    assert.deepEqual(told.passes(1_000), []);
    assert.deepEqual(told.rejoined(), ["output:c1", "create:relay_tools_1"]);
    assert.deepEqual(told.rejoined(), []);
  });

  it("is given again what it was not seen to take, under the same id, and nothing that it was", () => {
    told.output("c1");
    told.model(
      created("r2", { metadata: { request: "relay_tools_1" } }),
      outputAdded("c1"),
      done("r2", [call("c2")]),
    );
    told.output("c2");
    told.lost();
    assert.deepEqual(told.rejoined(), ["output:c2", "create:relay_tools_3"]);
    told.model(refusal("relay_output_c2", "item_create_invalid_item_id"));
    told.lost();
    assert.deepEqual(told.rejoined(), ["create:relay_tools_4"]);
  });

  it("is asked again where the request was not seen to be answered", () => {
    told.output("c1");
    told.model(outputAdded("c1"));
    told.lost();
    assert.deepEqual(told.rejoined(), ["create:relay_tools_2"]);
  });

  it("is not asked again where the answer to the first request is heard to its end after all", () => {
    told.output("c1");
    told.model(outputAdded("c1"));
    told.lost();
    told.rejoined();
    told.model(refusal("relay_tools_2"), done("r2", [], { metadata: { request: "relay_tools_1" } }));
    assert.deepEqual(told.passes(100_000), []);
  });

  it("does not wait long for the end of speech that may have been told to nobody", () => {
    told.model(SPEECH_STARTED);
    told.output("c1");
    told.lost();
    assert.deepEqual(told.rejoined(), ["output:c1"]);
    assert.deepEqual(told.passes(10_000), ["create:relay_tools_1"]);
  });
});

describe("An error that is the relay's own affair", () => {
  it("is that its request came too early, and no other", () => {
    const code = "conversation_already_has_active_response";
    assert.ok(isRepeated({ code, event_id: "relay_tools_1" }));
    assert.ok(!isRepeated({ code, event_id: "mine" }));
    assert.ok(!isRepeated({ code, event_id: null }));
    assert.ok(!isRepeated({ code: "server_error", event_id: "relay_tools_1" }));
  });
});
