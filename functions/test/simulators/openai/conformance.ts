import assert from "node:assert/strict";
import { connect } from "node:net";
import {
  OpenAIRealtimeWebSocket as AgentsTransport,
  RealtimeAgent,
  RealtimeSession,
  tool,
} from "@openai/agents-realtime";
import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import type { RealtimeServerEvent } from "openai/resources/realtime/realtime";
import { appends, userText } from "./probe.js";
import { silence } from "./sounds.js";

/** A server that speaks Realtime GA, real or simulated. */
export interface RealtimeTarget {
  /** e.g. `https://api.openai.com/v1` */
  baseUrl: string;
  /** e.g. `wss://api.openai.com/v1/realtime` */
  realtimeUrl: string;
  apiKey: string;
  model: string;
  /** PCM16 24 kHz of someone speaking for at least a second. */
  speech: Buffer;
}

type EventType = RealtimeServerEvent["type"];

const WAIT_MS = 20_000;
const LONG_STORY = "Tell me a long story about a lighthouse, at least two hundred words.";
const WEATHER_TOOL = {
  type: "function" as const,
  name: "get_weather",
  description: "The weather in a city.",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

const STORY = "Once upon a time there was a lighthouse that nobody had lit for a hundred years. ".repeat(20);

/** How a simulator must be set for a test of the suite, so that it does what a real model would do by itself. */
export function simulationFor(title: string) {
  const isLong = /barges|cancels|interrupted/.test(title);
  const callsTool = title.startsWith("runs a tool");
  const turn = isLong
    ? { reply: STORY }
    : callsTool
      ? { call: { name: "get_weather", arguments: { city: "Oslo" } } }
      : undefined;
  return {
    script: turn && { turns: [turn] },
    // A story must still be spoken when it is cut short.
    pace: { firstAudioMs: 20, realTimeFactor: isLong ? 4 : 20 },
  };
}

/**
 * What the official clients rely on. The same suite holds for the simulator and for the real API, so what passes here
 * is not the simulator's private idea of the protocol.
 */
export function describeRealtimeConformance(name: string, target: () => RealtimeTarget): void {
  describe(`${name} through the official clients`, () => {
    describe("openai/realtime/ws", () => {
      it("answers a typed message in text", async () => {
        const client = await connectSdk(target());
        client.send({ type: "session.update", session: { type: "realtime", output_modalities: ["text"] } });
        await client.next("session.updated");
        client.send(userText("Say the word lighthouse."));
        client.send({ type: "response.create" });
        const done = await client.next("response.done");
        assert.equal(done.response.status, "completed");
        assert.equal(textOf(client.events, "response.output_text.delta"), lastText(client.events));
        client.close();
      });

      it("hears speech end, answers with audio and a transcript of it", async () => {
        const client = await connectSdk(target());
        client.sendSpeech(target().speech);
        const started = await client.next("input_audio_buffer.speech_started");
        const stopped = await client.next("input_audio_buffer.speech_stopped");
        const committed = await client.next("input_audio_buffer.committed");
        const done = await client.next("response.done");
        assert.equal(stopped.item_id, started.item_id);
        assert.equal(committed.item_id, started.item_id);
        assert.ok(stopped.audio_end_ms > started.audio_start_ms);
        assert.equal(done.response.status, "completed");
        assert.ok(audioMsOf(client.events) > 300);
        assert.ok(textOf(client.events, "response.output_audio_transcript.delta").length > 0);
        client.close();
      });

      it("stops speaking when the user barges in", async () => {
        const client = await connectSdk(target());
        client.send(userText(LONG_STORY));
        client.send({ type: "response.create" });
        await client.next("response.output_audio.delta");
        client.sendSpeech(target().speech);
        await client.next("input_audio_buffer.speech_started");
        const done = await client.next("response.done");
        assert.equal(done.response.status, "cancelled");
        assert.equal(done.response.status_details?.reason, "turn_detected");
        client.close();
      });

      it("truncates what was spoken, and refuses more than was", async () => {
        const client = await connectSdk(target());
        client.send(userText("Say hello."));
        client.send({ type: "response.create" });
        const delta = await client.next("response.output_audio.delta");
        await client.next("response.done");
        const truncate = {
          type: "conversation.item.truncate",
          item_id: delta.item_id,
          content_index: 0,
        } as const;
        client.send({ ...truncate, audio_end_ms: 3_600_000, event_id: "too_far" });
        assert.equal((await client.next("error")).error.event_id, "too_far");
        client.send({ ...truncate, audio_end_ms: 100 });
        assert.equal((await client.next("conversation.item.truncated")).audio_end_ms, 100);
        client.close();
      });

      it("cancels a response, and says when there is none", async () => {
        const client = await connectSdk(target());
        client.send({ type: "response.cancel", event_id: "early" });
        const error = await client.next("error");
        assert.equal(error.error.code, "response_cancel_not_active");
        client.send(userText(LONG_STORY));
        client.send({ type: "response.create" });
        await client.next("response.output_audio.delta");
        client.send({ type: "response.cancel" });
        const done = await client.next("response.done");
        assert.equal(done.response.status, "cancelled");
        assert.equal(done.response.status_details?.reason, "client_cancelled");
        client.close();
      });

      it("calls a function and goes on with what it gave back", async () => {
        const client = await connectSdk(target());
        client.send({
          type: "session.update",
          session: { type: "realtime", tools: [WEATHER_TOOL], output_modalities: ["text"] },
        });
        client.send(userText("Call get_weather for Oslo."));
        client.send({ type: "response.create", response: { tool_choice: "required" } });
        const called = await client.next("response.function_call_arguments.done");
        await client.next("response.done");
        assert.equal(called.name, "get_weather");
        JSON.parse(called.arguments);
        client.send({
          type: "conversation.item.create",
          item: { type: "function_call_output", call_id: called.call_id, output: "rain and 7 degrees" },
        });
        client.send({ type: "response.create", response: { tool_choice: "none" } });
        await client.next("response.done");
        assert.match(lastText(client.events), /7|rain/);
        client.close();
      });
    });

    describe("@openai/agents-realtime", () => {
      it("holds a text turn", async () => {
        const agents = await connectAgents(target());
        agents.session.sendMessage("Say the word lighthouse.");
        await agents.next("response.done");
        const roles = agents.session.history.map((item) => (item.type === "message" ? item.role : item.type));
        assert.deepEqual(roles, ["user", "assistant"]);
        agents.session.close();
      });

      it("holds an audio turn and keeps both sides' transcripts in its history", async () => {
        const agents = await connectAgents(target());
        agents.sendSpeech(target().speech);
        await agents.next("conversation.item.input_audio_transcription.completed");
        await agents.next("conversation.item.retrieved");
        if (!agents.seen.some((event) => event.type === "response.done")) await agents.next("response.done");
        const transcripts = agents.session.history.flatMap((item) =>
          item.type === "message"
            ? item.content.map((part) => ("transcript" in part ? part.transcript : ""))
            : [],
        );
        assert.equal(transcripts.length, 2);
        for (const transcript of transcripts) assert.ok(transcript);
        assert.ok(agents.audioBytes() > 0);
        agents.session.close();
      });

      it("is interrupted and truncates without an error", async () => {
        const agents = await connectAgents(target());
        let interrupted = false;
        agents.session.on("audio_interrupted", () => {
          interrupted = true;
        });
        agents.session.sendMessage(LONG_STORY);
        await agents.next("response.output_audio.delta");
        agents.sendSpeech(target().speech);
        const truncated = await agents.next("conversation.item.truncated");
        assert.ok(truncated);
        assert.ok(interrupted);
        assert.deepEqual(agents.errors, []);
        agents.session.close();
      });

      it("runs a tool and lets the model go on", async () => {
        const asked: string[] = [];
        const weather = tool({
          name: "get_weather",
          description: "The weather in a city.",
          parameters: { type: "object", properties: {}, required: [], additionalProperties: true },
          strict: false,
          execute: async () => {
            asked.push("weather");
            return "rain and 7 degrees";
          },
        });
        const agents = await connectAgents(target(), [weather]);
        agents.session.sendMessage("Call get_weather for Oslo.");
        await agents.next("response.function_call_arguments.done");
        await agents.next("response.done");
        await agents.next("response.done");
        assert.deepEqual(asked, ["weather"]);
        agents.session.close();
      });
    });
  });
}

async function connectSdk(target: RealtimeTarget) {
  const openai = new OpenAI({ apiKey: target.apiKey, baseURL: target.baseUrl });
  const socket = new OpenAIRealtimeWS({ model: target.model, options: plainSocketOptions(target) }, openai);
  const waiter = new Waiter();
  socket.on("event", (event) => waiter.take(event));
  socket.on("error", () => {});
  await waiter.next("session.created");
  return {
    events: waiter.seen,
    next: waiter.next.bind(waiter),
    send: socket.send.bind(socket),
    close: () => socket.close(),
    sendSpeech: (speech: Buffer) => {
      for (const event of appends(Buffer.concat([speech, silence(1_500)]))) socket.send(event);
    },
  };
}

/** The client insists on wss; a local server without TLS is reached by giving it a plain connection. */
function plainSocketOptions({ baseUrl }: RealtimeTarget) {
  const { protocol, hostname, port } = new URL(baseUrl);
  if (protocol !== "http:") return {};
  return { createConnection: (() => connect(Number(port), hostname)) as unknown as typeof connect };
}

async function connectAgents(target: RealtimeTarget, tools: ReturnType<typeof tool>[] = []) {
  const agent = new RealtimeAgent({ name: "Keeper", instructions: "Be brief.", tools });
  const transport = new AgentsTransport({ url: `${target.realtimeUrl}?model=${target.model}` });
  const session = new RealtimeSession(agent, {
    transport,
    model: target.model,
    config: {
      audio: {
        input: {
          transcription: { model: "gpt-4o-mini-transcribe" },
          turnDetection: { type: "server_vad", interruptResponse: true, createResponse: true },
        },
      },
    },
  });
  const waiter = new Waiter();
  const errors: unknown[] = [];
  let bytes = 0;
  session.on("transport_event", (event) => waiter.take(event as RealtimeServerEvent));
  session.on("audio", (event) => {
    bytes += event.data.byteLength;
  });
  session.on("error", (error) => errors.push(error));
  await session.connect({ apiKey: target.apiKey });
  await waiter.next("session.updated");
  return {
    session,
    errors,
    seen: waiter.seen,
    next: waiter.next.bind(waiter),
    audioBytes: () => bytes,
    sendSpeech: (speech: Buffer) => {
      const whole = Buffer.concat([speech, silence(1_500)]);
      for (let at = 0; at < whole.length; at += 4_800) {
        const piece = whole.subarray(at, at + 4_800);
        session.sendAudio(new Uint8Array(piece).buffer);
      }
    },
  };
}

/** Remembers events and waits for the next of a type. */
class Waiter {
  readonly seen: RealtimeServerEvent[] = [];
  private cursor = 0;
  private wake: () => void = () => {};

  take(event: RealtimeServerEvent): void {
    this.seen.push(event);
    this.wake();
  }

  async next<Type extends EventType>(type: Type): Promise<Extract<RealtimeServerEvent, { type: Type }>> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      const found = this.seen.findIndex((event, index) => index >= this.cursor && event.type === type);
      if (found >= 0) {
        this.cursor = found + 1;
        return this.seen[found] as Extract<RealtimeServerEvent, { type: Type }>;
      }
      if (Date.now() > deadline) {
        throw new Error(`No ${type} after ${JSON.stringify(this.seen.slice(-5)).slice(0, 2_000)}`);
      }
      await this.more();
    }
  }

  private more(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 1_000);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function textOf(
  events: RealtimeServerEvent[],
  type: "response.output_text.delta" | "response.output_audio_transcript.delta",
): string {
  return events.map((event) => (event.type === type ? event.delta : "")).join("");
}

function lastText(events: RealtimeServerEvent[]): string {
  const done = events.findLast((event) => event.type === "response.output_text.done");
  assert.ok(done?.type === "response.output_text.done");
  return done.text;
}

function audioMsOf(events: RealtimeServerEvent[]): number {
  let bytes = 0;
  for (const event of events) {
    if (event.type === "response.output_audio.delta") bytes += Buffer.byteLength(event.delta, "base64");
  }
  return bytes / 48;
}
