import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import { createCtx } from "../../../src/core/ctx";
import { newId } from "../../../src/core/ids";
import { createLogger } from "../../../src/core/log";
import { KeyPool } from "../../../src/providers/keyPool";
import { ENDINGS } from "../../../src/relay/ending";
import { RELAY_LIMITS } from "../../../src/relay/limits";
import { RelayMetrics } from "../../../src/relay/metrics";
import { SidebandConnection } from "../../../src/relay/sideband/sidebandConnection";
import type { ServerTool } from "../../../src/relay/toolRunner";
import { reserveCall } from "../../../src/voice/sidebands";
import { eventually } from "../../support/eventually";
import { CallStage, KEY } from "../../support/realtimeCalls";
import { LookUp } from "../lookUp";

type Json = Record<string, unknown>;

const CALL = { name: "look_up", arguments: { day: "today" } };
const MINE = {
  type: "function",
  name: "mine",
  description: "Mine.",
  parameters: { type: "object" },
} as const;
const MANUAL = {
  audio: { input: { turn_detection: null, noise_reduction: { type: "far_field" } } },
  tool_choice: "none",
} as const;

describe("The server's tools in a WebRTC call", function () {
  this.timeout(60_000);
  let stage: CallStage;
  let sideband: SidebandConnection | undefined;
  before(async () => {
    stage = await CallStage.open();
  });
  after(() => stage.close());
  afterEach(async () => {
    await sideband?.end(ENDINGS.restarting);
    sideband = undefined;
    await stage.clear();
  });

  /** A call that is taken over from a relay without the tool by a sideband with it. */
  const takenOver = async (
    lookUp: ServerTool,
    prepare: (client: Joined["client"]) => Promise<void> = async () => {},
  ) => {
    stage.model.setScript({ turns: [{ call: CALL, reply: "I see {{output}}." }] });
    const relay = await stage.relay();
    const joined = await stage.call();
    await prepare(joined.client);
    await relay.drain();
    sideband = await taken(stage, joined.sessionId, [lookUp]);
    await eventually(async () => assert.deepEqual(toolNames(stage).includes("look_up"), true));
    return joined;
  };

  it("give the model what came of them once the call is joined again, where that was lost meanwhile", async () => {
    const lookUp = new LookUp(true);
    const { client } = await takenOver(lookUp);
    ask(client);
    await eventually(async () => assert.equal(lookUp.asked.length, 1));
    stage.model.addFault({ kind: "handshake_500" });
    stage.model.dropSidebands();
    await eventually(async () => assert.equal(stage.open()[0]?.sidebands, 0));
    lookUp.answer();
    await eventually(async () => assert.equal(stage.open()[0]?.sidebands, 1));
    await client.next("output_audio_buffer.stopped");
    assert.equal(outputs(stage).length, 1);
  });

  it("go on after a response whose end fell into a gap", async () => {
    const lookUp = new LookUp(true);
    const { client } = await takenOver(lookUp);
    ask(client);
    await eventually(async () => assert.equal(lookUp.asked.length, 1));
    client.send({
      type: "response.create",
      response: { instructions: "Tell a story.", tool_choice: "none" },
    });
    await client.next("response.output_audio_transcript.delta");
    stage.model.addFault({ kind: "handshake_500", times: 4 });
    stage.model.dropSidebands();
    client.send({ type: "response.cancel" });
    await client.next("response.done");
    await eventually(async () => assert.equal(stage.open()[0]?.sidebands, 1));
    lookUp.answer();
    await eventually(async () => {
      const said = client.events.filter(({ type }) => type === "response.done").at(-1);
      assert.match(JSON.stringify(said), /I see .*tea at four/);
    });
    assert.equal(outputs(stage).length, 1);
  });

  it("give the model what comes of them while the call is handed over", async () => {
    const lookUp = new LookUp(true);
    const { client } = await takenOver(lookUp);
    ask(client);
    await eventually(async () => assert.equal(lookUp.asked.length, 1));
    const ended = sideband?.end(ENDINGS.restarting);
    await new Promise((resolve) => setTimeout(resolve, 300));
    lookUp.answer();
    await ended;
    await client.next("output_audio_buffer.stopped");
    assert.equal(outputs(stage).length, 1);
  });

  it("stand beside the client's own when the call is taken over, and how it finds turns is left to it", async () => {
    await takenOver(new LookUp(true), async (client) => {
      client.send({ type: "session.update", session: { type: "realtime", tools: [MINE], ...MANUAL } });
      await eventually(async () => assert.deepEqual(toolNames(stage), ["mine"]));
    });
    assert.deepEqual(toolNames(stage), ["look_up", "mine"]);
    const config = stage.open()[0]?.config;
    assert.equal(config?.audio.input.turn_detection, null);
    assert.deepEqual(config?.audio.input.noise_reduction, { type: "far_field" });
    assert.equal(config?.tool_choice, "none");
  });

  it("stand beside the client's own where a whole session of the client's is set back", async () => {
    const { client } = await takenOver(new LookUp(true));
    const instructions = "Be mine.";
    client.send({
      type: "session.update",
      session: { type: "realtime", instructions, tools: [MINE], ...MANUAL },
    });
    await eventually(async () => assert.deepEqual(toolNames(stage), ["look_up", "mine"]));
    assert.notEqual(stage.open()[0]?.config.instructions, instructions);
    assert.equal(stage.open()[0]?.config.audio.input.turn_detection, null);
  });
});

type Joined = Awaited<ReturnType<CallStage["call"]>>;

function ask(client: Joined["client"]): void {
  const content = [{ type: "input_text" as const, text: "What is on today?" }];
  client.send({ type: "conversation.item.create", item: { type: "message", role: "user", content } });
  client.send({ type: "response.create" });
}

function toolNames(stage: CallStage): unknown[] {
  return (stage.open()[0]?.config.tools ?? []).map((tool) => "name" in tool && tool.name);
}

/** The outputs that the conversation has taken. */
function outputs(stage: CallStage): Json[] {
  const events: Json[] = stage.open()[0]?.events ?? [];
  return events.filter(({ item }) => (item as Json | undefined)?.type === "function_call_output");
}

/** The call of a session, taken up by a sideband with these tools. */
async function taken(stage: CallStage, sessionId: string, tools: ServerTool[]): Promise<SidebandConnection> {
  const real = createCtx();
  const ctx = {
    requestId: real.requestId,
    now: real.now,
    newId: real.newId,
    db: stage.db,
    log: createLogger("DEBUG", () => {}),
    config: {
      ...real.config,
      OPENAI_REALTIME_API_URL: stage.model.realtimeUrl,
      OPENAI_BASE_URL: stage.model.url,
      openAiKeys: [KEY],
    },
  };
  const services = { ctx, keys: new KeyPool([KEY]), limits: RELAY_LIMITS, metrics: new RelayMetrics() };
  const { callId } = (await stage.noted(sessionId))[0] ?? assert.fail("no call");
  const connectionId = newId();
  const reserved = await reserveCall(ctx, callId, { connectionId, heldMs: 60_000, isAsked: false });
  assert.ok(reserved.outcome === "reserved");
  const host = { relayId: "tools", released: () => clearInterval(ticking) };
  const sideband = new SidebandConnection(services, reserved.call, connectionId, tools, host);
  const ticking = setInterval(() => sideband.tick(Date.now()), 50);
  await sideband.open();
  return sideband;
}
