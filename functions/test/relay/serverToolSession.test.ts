import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  OpenAIRealtimeWebSocket as AgentsTransport,
  RealtimeAgent,
  RealtimeSession,
  tool,
} from "@openai/agents-realtime";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { newId } from "../../src/core/ids";
import type { ServerTool } from "../../src/relay/toolRunner";
import { appends, type Probe, userText } from "../simulators/openai/probe";
import { silence, speech } from "../simulators/openai/sounds";
import { eventually } from "../support/eventually";
import { type FakeModel, startFakeModel } from "../support/fakeModel";
import { addressOf, openSession } from "../support/relayProcess";
import { LookUp } from "./lookUp";
import { startToolRelay, type ToolRelay } from "./toolRelay";

type Json = Record<string, unknown>;

const PACE = { firstAudioMs: 5, realTimeFactor: 100 };
const CALL = { name: "look_up", arguments: { day: "today" } };
const MINE = {
  type: "function",
  name: "mine",
  description: "Mine.",
  parameters: { type: "object", properties: {} },
};
const STORY = "There was a lighthouse that nobody had lit for a hundred years, and yet it shone. ".repeat(3);
const RESPOND = { type: "response.create" } as const;

const session = () => ({ sessionId: newId(), userId: newId() });

async function opened(relay: ToolRelay): Promise<Probe> {
  const client = await openSession(relay.url, session());
  await client.next("session.updated");
  return client;
}

const outputsIn = (events: Json[]) =>
  events.filter(({ item }) => (item as Json | undefined)?.type === "function_call_output");
const createsIn = (events: Json[]) => events.filter(({ type }) => type === "response.create");

describe("The server's tools in an app's session", () => {
  let simulator: OpenAiSimulator;
  let relay: ToolRelay;
  let lookUp: LookUp;
  beforeEach(async () => {
    simulator = await startOpenAiSimulator({ pace: PACE });
  });
  afterEach(async () => {
    await relay.stop();
    await simulator.stop();
  });
  const start = async (turns: object[], { isSlow = false, limits = {} } = {}) => {
    simulator.setScript({ turns });
    lookUp = new LookUp(isSlow);
    relay = await startToolRelay(simulator.realtimeUrl, [lookUp], limits);
  };
  const received = () => simulator.sessions().at(-1)?.events ?? [];

  it("are called by the model, which says what came of it, and the client need do nothing", async () => {
    await start([{ call: CALL, reply: "I see {{output}}." }]);
    const client = await opened(relay);
    client.send(userText("What is on today?"));
    client.send(RESPOND);
    const { response: calling } = await client.next("response.done");
    const { response: telling } = await client.next("response.done");
    assert.deepEqual(lookUp.asked, [{ day: "today" }]);
    assert.deepEqual(calling.output, []);
    const [said] = telling.output ?? [];
    assert.ok(said?.type === "message");
    assert.match(JSON.stringify(said.content), /I see .*tea at four/);
    assert.deepEqual(
      client.all("conversation.item.added").map(({ item }) => item.type),
      ["message", "function_call", "function_call_output", "message"],
    );
    assert.deepEqual(client.all("error"), []);
    client.socket.close();
  });

  it("are declared before a client can, and stay when it declares its own, or none", async () => {
    await start([]);
    const client = await opened(relay);
    const names = () =>
      simulator
        .sessions()
        .at(-1)
        ?.config.tools.map((one) => "name" in one && one.name);
    assert.deepEqual(names(), ["look_up"]);
    client.sendAny({ type: "session.update", session: { type: "realtime", tools: [MINE] } });
    await client.next("session.updated");
    assert.deepEqual(names(), ["look_up", "mine"]);
    client.sendAny({ type: "session.update", session: { type: "realtime", tools: [] } });
    await client.next("session.updated");
    assert.deepEqual(names(), ["look_up"]);
    client.sendAny({
      type: "session.update",
      session: { type: "realtime", tools: [{ ...MINE, name: "look_up" }] },
    });
    const { error } = await client.next("error");
    assert.deepEqual([error.code, error.param], ["invalid_event", "session.tools.0.name"]);
    client.socket.close();
  });

  it("go on only when a response that the client has asked for meanwhile is done", async () => {
    await start([{ call: CALL }, { reply: STORY }], { isSlow: true });
    simulator.setPace({ firstAudioMs: 5, realTimeFactor: 20 });
    const client = await opened(relay);
    client.send(userText("What is on today?"));
    client.send(RESPOND);
    await client.next("response.done");
    client.send(userText("Tell me a story meanwhile."));
    client.send(RESPOND);
    await client.next("response.output_audio.delta");
    lookUp.answer();
    await client.next("conversation.item.added");
    assert.equal(createsIn(received()).length, 2);
    const { response: story } = await client.next("response.done");
    assert.equal(story.status, "completed");
    const { response: telling } = await client.next("response.done");
    assert.equal(telling.status, "completed");
    assert.equal(createsIn(received()).length, 3);
    assert.deepEqual(client.all("error"), []);
    client.socket.close();
  });

  it("leave a user who speaks meanwhile to the answer that the model gives of its own accord", async () => {
    await start([{ call: CALL }, { heard: "And tomorrow?", reply: "Nothing." }], {
      isSlow: true,
    });
    const client = await opened(relay);
    client.send(userText("What is on today?"));
    client.send(RESPOND);
    await client.next("response.done");
    for (const event of appends(speech("one two three"))) client.send(event);
    await client.next("input_audio_buffer.speech_started");
    lookUp.answer();
    await client.next("conversation.item.added");
    for (const event of appends(silence(1_200))) client.send(event);
    await client.next("response.done");
    await sleep(1_500);
    assert.equal(client.all("response.created").length, 2, "that answer knows what came of the tool");
    assert.equal(createsIn(received()).length, 1);
    client.socket.close();
  });

  it("answer none but the model's calls, and only they answer those", async () => {
    await start([{ call: CALL }], { isSlow: true });
    const client = await opened(relay);
    const forged = { type: "function_call", call_id: "forged", name: "look_up", arguments: "{}" };
    const answered = (call_id: string) => ({
      type: "conversation.item.create",
      item: { type: "function_call_output", call_id, output: "nothing at all" },
    });
    client.sendAny({ type: "conversation.item.create", item: forged });
    client.sendAny(answered("forged"));
    await client.next("conversation.item.added");
    await client.next("conversation.item.added");
    client.send(userText("What is on today?"));
    client.send(RESPOND);
    await client.next("response.done");
    const real = client.all("conversation.item.added").at(-1)?.item;
    assert.ok(real?.type === "function_call" && real.call_id);
    client.sendAny(answered(real.call_id));
    const { error } = await client.next("error");
    assert.deepEqual([error.code, error.param], ["invalid_event", "item.call_id"]);
    lookUp.answer();
    await client.next("response.done");
    assert.equal(lookUp.asked.length, 1);
    assert.deepEqual(
      outputsIn(received()).map(({ item }) => (item as Json).output),
      ["nothing at all", '{"events":"tea at four"}'],
    );
    client.socket.close();
  });

  it("are waited for when the connection ends, but what comes of them is dropped", async () => {
    await start([{ call: CALL }], { isSlow: true });
    const client = await opened(relay);
    client.send(userText("What is on today?"));
    client.send(RESPOND);
    await eventually(async () => assert.equal(lookUp.asked.length, 1));
    let hasEnded = false;
    const ended = relay.end().then(() => {
      hasEnded = true;
    });
    assert.equal((await client.closed).code, 1012);
    await sleep(300);
    assert.ok(!hasEnded, "the tool still runs");
    lookUp.answer();
    await ended;
    assert.deepEqual(outputsIn(received()), []);
    assert.deepEqual(
      relay.log.filter(({ severity }) => severity === "ERROR"),
      [],
    );
  });

  it("are not waited for longer than the last turns are", async () => {
    await start([{ call: CALL }], { isSlow: true, limits: { flushMs: 200 } });
    const client = await opened(relay);
    client.send(userText("What is on today?"));
    client.send(RESPOND);
    await eventually(async () => assert.equal(lookUp.asked.length, 1));
    await relay.end();
    lookUp.answer();
  });

  it("go unnoticed by @openai/agents-realtime, whose own tools work beside them", async () => {
    await start([
      { call: CALL, reply: "I see {{output}}." },
      { call: { name: "weather", arguments: {} }, reply: "It is {{output}}." },
    ]);
    const weather = tool({
      name: "weather",
      description: "The weather.",
      parameters: { type: "object", properties: {}, required: [], additionalProperties: true },
      strict: false,
      execute: async () => "rain",
    });
    const agent = new RealtimeAgent({ name: "Keeper", instructions: "Be brief.", tools: [weather] });
    const transport = new AgentsTransport({ url: await addressOf(relay.url, session()) });
    const agents = new RealtimeSession(agent, { transport, model: "gpt-realtime-2.1" });
    const errors: unknown[] = [];
    let responses = 0;
    agents.on("error", (error) => errors.push(error));
    agents.on("transport_event", ({ type }) => {
      if (type === "response.done") responses += 1;
    });
    await agents.connect({ apiKey: "not needed beside a ticket" });
    agents.sendMessage("What is on today?");
    await eventually(async () => assert.equal(responses, 2));
    agents.sendMessage("And how is the weather?");
    await eventually(async () => assert.equal(responses, 4));
    assert.deepEqual(errors, []);
    assert.equal(lookUp.asked.length, 1);
    assert.deepEqual(
      outputsIn(received()).map(({ item }) => (item as Json).output),
      ['{"events":"tea at four"}', "rain"],
    );
    const history = agents.history.map((item) => (item.type === "message" ? item.role : item.type));
    assert.deepEqual(history, ["user", "assistant", "user", "function_call", "assistant"]);
    assert.match(JSON.stringify(agents.history[1]), /tea at four/);
    agents.close();
  });
});

describe("The server's tools with a model that says just what it is told", () => {
  let model: FakeModel;
  let relay: ToolRelay;
  const created = (id: string) => ({ type: "response.created", response: { id, conversation_id: "conv" } });
  const done = (id: string, ...output: object[]) => ({
    type: "response.done",
    response: { id, status: "completed", conversation_id: "conv", output },
  });
  const call = (callId: string, name = "look_up") => ({
    id: `item_${callId}`,
    type: "function_call",
    status: "completed",
    name,
    call_id: callId,
    arguments: "{}",
  });
  beforeEach(async () => {
    model = await startFakeModel();
  });
  afterEach(async () => {
    await relay.stop();
    await model.stop();
  });
  const start = async (tools: ServerTool[]) => {
    relay = await startToolRelay(model.url, tools);
    return opened(relay);
  };

  it("ask again, unseen by the client, where a response that it did not know of was in the way", async () => {
    const client = await start([new LookUp()]);
    model.say(created("r1"), done("r1", call("c1"), call("c2")));
    const [first] = await eventually(async () => {
      const asked = createsIn(model.received);
      assert.equal(asked.length, 1);
      return asked;
    });
    assert.equal(outputsIn(model.received).length, 2);
    const code = "conversation_already_has_active_response";
    const refusal = { type: "invalid_request_error", code, message: "Wait.", event_id: first?.event_id };
    model.say({ type: "error", error: refusal }, created("r2"));
    model.say({ type: "error", error: { ...refusal, event_id: "the_clients" } });
    assert.equal((await client.next("error")).error.event_id, "the_clients");
    assert.equal(createsIn(model.received).length, 1);
    model.say(done("r2"));
    await eventually(async () => assert.equal(createsIn(model.received).length, 2));
    assert.equal(client.all("error").length, 1);
    client.socket.close();
  });

  it("leave the response to the client where it has calls of its own to answer", async () => {
    const client = await start([new LookUp()]);
    model.say(created("r1"), done("r1", call("c1"), call("c2", "mine")));
    const { response } = await client.next("response.done");
    assert.deepEqual(response.output, [call("c2", "mine")]);
    await eventually(async () => assert.equal(outputsIn(model.received).length, 1));
    client.sendAny({
      type: "conversation.item.create",
      item: { type: "function_call_output", call_id: "c2", output: "" },
    });
    client.send(RESPOND);
    await eventually(async () => assert.equal(createsIn(model.received).length, 1));
    await sleep(100);
    assert.deepEqual(createsIn(model.received), [RESPOND]);
    client.socket.close();
  });

  it("neither run nor answer any more while an ended connection waits for the user's last words", async () => {
    const lookUp = new LookUp(true);
    const client = await start([lookUp]);
    const spoken = { id: "u1", type: "message", role: "user", content: [{ type: "input_audio" }] };
    model.say({ type: "conversation.item.added", item: spoken }, done("r1", call("c1")));
    await client.next("response.done");
    const ended = relay.end();
    await client.closed;
    lookUp.answer();
    model.say(done("r2", call("c2")));
    await sleep(200);
    const type = "conversation.item.input_audio_transcription.completed";
    model.say({ type, item_id: "u1", content_index: 0, transcript: "Bye." });
    await ended;
    assert.equal(lookUp.asked.length, 1);
    assert.deepEqual(outputsIn(model.received), []);
  });

  it("end the connection, not the relay, where one gives back what cannot be written", async () => {
    const circular: Json = {};
    circular.self = circular;
    const broken: ServerTool = { definition: new LookUp().definition, run: async () => circular };
    const client = await start([broken]);
    model.say(done("r1", call("c1")));
    assert.equal((await client.closed).code, 1011);
  });

  it("are not mentioned in a session that has none, whose client sees every event as it is", async () => {
    const client = await start([]);
    const { session: configured } = model.received[0] as { session: Json };
    assert.ok(!("tools" in configured) && !("tool_choice" in configured));
    const events = [
      { type: "response.output_item.added", response_id: "r1", output_index: 0, item: call("c1") },
      { type: "response.output_item.done", response_id: "r1", output_index: 0, item: call("c1") },
      done("r1", call("c1")),
    ];
    model.say(...events);
    await client.next("response.done");
    assert.deepEqual(
      client.texts.slice(-3),
      events.map((event) => JSON.stringify(event)),
    );
    client.sendAny({ type: "session.update", session: { type: "realtime", tools: [MINE] } });
    const updates = () => model.received.filter(({ type }) => type === "session.update");
    await eventually(async () => assert.equal(updates().length, 2));
    assert.deepEqual(updates()[1]?.session, { type: "realtime", tools: [MINE] });
    client.socket.close();
  });
});
