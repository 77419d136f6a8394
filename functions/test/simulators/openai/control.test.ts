import assert from "node:assert/strict";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import type { SessionView } from "../../../simulators/openai/sessionList.js";
import { appends, Probe, userText } from "./probe.js";
import { silence } from "./sounds.js";

const WEATHER = { type: "function", name: "get_weather", parameters: { type: "object", properties: {} } };

describe("The control endpoints", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;

  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 1, realTimeFactor: 500 } });
  });
  after(() => simulator.stop());

  async function call(method: string, what: string, body?: unknown) {
    const response = await fetch(`${simulator.controlUrl}/${what}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json(), allow: response.headers.get("allow") };
  }

  it("give every new session the script from its start", async () => {
    await call("POST", "script", {
      greeting: "Good day.",
      turns: [{ reply: "First." }, { reply: "Second." }],
    });
    for (let i = 0; i < 2; i += 1) {
      const probe = await Probe.session(simulator.realtimeUrl);
      probe.send({ type: "response.create" });
      const said = [(await probe.next("response.output_audio_transcript.done")).transcript];
      for (const text of ["a", "b", "c"]) {
        await probe.next("response.done");
        probe.send(userText(text));
        probe.send({ type: "response.create" });
        said.push((await probe.next("response.output_audio_transcript.done")).transcript);
      }
      assert.deepEqual(said.slice(0, 3), ["Good day.", "First.", "Second."]);
      assert.match(said[3] ?? "", /You wrote: "c"/);
      probe.close();
    }
    await call("DELETE", "script");
    const plain = await Probe.session(simulator.realtimeUrl);
    plain.send({ type: "response.create" });
    assert.match((await plain.next("response.output_audio_transcript.done")).transcript, /simulator/);
    plain.close();
  });

  it("let a script call a tool, and go on with its output", async () => {
    const turn = { call: { name: "get_weather", arguments: { city: "Oslo" } }, reply: "It is {{output}}." };
    await call("POST", "script", { turns: [turn] });
    const probe = await Probe.session(simulator.realtimeUrl);
    probe.sendAny({ type: "session.update", session: { type: "realtime", tools: [WEATHER] } });
    probe.send(userText("Weather?"));
    probe.send({ type: "response.create" });
    const done = await probe.next("response.function_call_arguments.done");
    assert.deepEqual(JSON.parse(done.arguments), { city: "Oslo" });
    const deltas = probe.all("response.function_call_arguments.delta").map(({ delta }) => delta);
    assert.equal(deltas.join(""), done.arguments);
    const { response } = await probe.next("response.done");
    assert.equal(response.output?.[0]?.type, "function_call");
    probe.send({
      type: "conversation.item.create",
      item: { type: "function_call_output", call_id: done.call_id, output: "raining" },
    });
    probe.send({ type: "response.create" });
    assert.equal((await probe.next("response.output_audio_transcript.done")).transcript, "It is raining.");
    probe.close();
    await call("DELETE", "script");
  });

  it("let a script fail a response", async () => {
    await call("POST", "script", {
      turns: [{ responseFails: { code: "rate_limit_exceeded", message: "Slow." } }],
    });
    const probe = await Probe.session(simulator.realtimeUrl);
    probe.send(userText("Hello"));
    probe.send({ type: "response.create" });
    const { response } = await probe.next("response.done");
    assert.equal(response.status, "failed");
    assert.equal(response.status_details?.error?.code, "rate_limit_exceeded");
    probe.close();
    await call("DELETE", "script");
  });

  it("show what each session received, without audio and without its key", async () => {
    await call("DELETE", "sessions");
    const probe = await Probe.session(simulator.realtimeUrl, "sk-very-secret-9876");
    for (const event of appends(silence(500))) probe.send(event);
    const audio = silence(100).toString("base64");
    probe.sendAny({
      type: "conversation.item.create",
      item: { type: "message", role: "user", content: [{ type: "input_audio", audio }] },
    });
    await probe.next("conversation.item.done");
    const { body } = await call("GET", "sessions");
    const views = body as SessionView[];
    const mine = views.find((view) => view.key === "9876");
    assert.ok(mine?.open);
    assert.equal(mine.model, "gpt-realtime-2.1");
    assert.deepEqual(mine.events[0], { type: "input_audio_buffer.append", count: 5, audio_bytes: 24_000 });
    assert.equal(mine.events[1]?.type, "conversation.item.create");
    assert.ok(JSON.stringify(mine.events[1]).includes('"4800 bytes"'));
    assert.ok(!JSON.stringify(body).includes("secret"));
    probe.close();
    await probe.closed;
    for (let tries = 0; tries < 50; tries += 1) {
      await call("DELETE", "sessions");
      const left = (await call("GET", "sessions")).body as SessionView[];
      if (!left.some((view) => view.key === "9876")) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.fail("a closed session was not cleared");
  });

  it("add and clear faults, and set the pace", async () => {
    assert.equal((await call("POST", "faults", { kind: "handshake_500", times: 9 })).status, 200);
    await assert.rejects(Probe.session(simulator.realtimeUrl), /500/);
    await call("DELETE", "faults");
    (await Probe.session(simulator.realtimeUrl)).close();
    assert.deepEqual((await call("POST", "pace", { firstAudioMs: 2 })).body, {
      firstAudioMs: 2,
      realTimeFactor: 500,
    });
  });

  it("refuse what they do not know", async () => {
    assert.equal((await call("POST", "faults", { kind: "earthquake" })).status, 400);
    assert.equal((await call("POST", "faults", "{")).status, 400);
    assert.equal((await call("POST", "script", { turns: [{ says: "x" }] })).status, 400);
    assert.equal((await call("GET", "weather")).status, 404);
    const wrong = await call("GET", "pace");
    assert.deepEqual([wrong.status, wrong.allow], [405, "POST"]);
  });

  it("say at / that this is a simulator and what it does not do", async () => {
    const response = await fetch(new URL(simulator.url).origin);
    const text = await response.text();
    assert.match(text, /simulator/i);
    assert.match(text, /understands no speech/);
  });
});
