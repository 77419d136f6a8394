import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";
import { answerCalls } from "../worker";
import { DELTA_MS, ModelEnd } from "./modelEnd";
import { paced } from "./pace";
import { type Difference, soundOf } from "./sound";
import { type StreamAddress, TwilioEnd } from "./twilioEnd";

// Both ends of the phone relays under test: Twilio with its callers, and the model that they speak with.

const MEDIA_PER_SECOND = 50;
const MEDIA_PER_DELTA = (DELTA_MS * MEDIA_PER_SECOND) / 1_000;
const OPEN_WITHIN_MS = 10_000;
/** What was sent last may still be on its way, or being played. */
const DRAIN_MS = 2_000;
/** The last marks are read. */
const SETTLE_MS = 15;
/** Of an answer, all of which the model sends at once. */
const ANSWER_DELTAS = 10;
/** How much of it is played before something happens. */
const INTO_ANSWER_MS = 25;

interface Call {
  twilio: TwilioEnd;
  model: ModelEnd;
}

const groups = new Map<string, Call[]>();
/** Those who wait for the model's socket of a call. */
const dialing = new Map<string, (socket: WebSocket) => void>();
let parties = 0;

const api = {
  /** Starts the model. @returns its `ws:` URL */
  async listen(_input: null): Promise<string> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
    server.on("connection", (socket, { url }) => {
      const callId = new URL(url ?? "", "ws://model").searchParams.get("model") ?? "";
      dialing.get(callId)?.(socket);
    });
    await once(server, "listening");
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/realtime`;
  },

  /** Opens calls of a group and waits until the model hears each. */
  async open({ group, addresses }: { group: string; addresses: StreamAddress[] }): Promise<void> {
    const opened = await Promise.all(addresses.map(openCall));
    groups.set(group, [...(groups.get(group) ?? []), ...opened]);
  },

  /**
   * Lets the first so many calls of a group speak and hear at once for so long: the caller 50 times 20 ms a second, the
   * model 10 times 100 ms, evenly spread.
   * @returns what of it did not arrive as it was said, of all calls and both directions
   */
  async speak({ group, ...how }: { group: string; calls: number; seconds: number; pace: number }) {
    const calls = (groups.get(group) ?? []).slice(0, how.calls);
    for (const { twilio, model } of calls) {
      twilio.pace = how.pace;
      twilio.rewind();
      model.rewind();
    }
    const perMs = (calls.length * MEDIA_PER_SECOND * how.pace) / 1_000;
    await paced({ steps: calls.length * MEDIA_PER_SECOND * how.seconds, perMs }, (n) => {
      const index = n % calls.length;
      calls[index]?.twilio.say();
      const media = Math.floor(n / calls.length);
      if ((media + index) % MEDIA_PER_DELTA === 0) calls[index]?.model.say();
    });
    await drained(calls);
    return total(calls.flatMap(differences));
  },

  /**
   * While the callers of a group speak, the model answers one after another and then notices that the caller speaks, or
   * goes on.
   * @returns how long it took each time until Twilio had been sent what follows: the clear, or the audio
   */
  async react({ group, times, to }: { group: string; times: number; to: "speech" | "audio" }) {
    const calls = groups.get(group) ?? [];
    for (const { model } of calls) model.finish();
    await drained(calls);
    const over = new AbortController();
    const perMs = (calls.length * MEDIA_PER_SECOND) / 1_000;
    const speaking = paced({ steps: Number.POSITIVE_INFINITY, perMs, until: over.signal }, (n) => {
      const twilio = calls[n % calls.length]?.twilio;
      twilio?.say();
    });
    const took: number[] = [];
    for (let n = 0; n < times; n += 1) took.push(await reactionMs(calls[n % calls.length] as Call, to));
    over.abort();
    await speaking;
    await delay(SETTLE_MS);
    return took;
  },
};
export type PhoneLoadApi = typeof api;

async function openCall(address: StreamAddress): Promise<Call> {
  const [callers, models] = [soundOf(parties), soundOf(parties + 1)];
  parties += 2;
  const dialed = new Promise<ModelEnd>((resolve) => {
    dialing.set(address.callId, (socket) => resolve(new ModelEnd(socket, models, callers)));
  });
  const twilio = await TwilioEnd.open(address, callers, models);
  const model = await Promise.race([dialed, delay(OPEN_WITHIN_MS)]);
  dialing.delete(address.callId);
  if (!model) throw new Error("The model was not dialed.");
  twilio.say();
  for (const until = performance.now() + OPEN_WITHIN_MS; model.hearing.position === 0; await delay(5)) {
    if (performance.now() > until) throw new Error("The model does not hear the caller.");
  }
  return { twilio, model };
}

async function drained(calls: Call[]): Promise<void> {
  const until = performance.now() + DRAIN_MS;
  while (performance.now() < until && !calls.every(isOver)) await delay(1);
  await delay(SETTLE_MS);
}

function isOver({ twilio, model }: Call): boolean {
  return model.hearing.position >= twilio.said && twilio.hearing.position >= model.said && twilio.isSilent;
}

function differences({ twilio, model }: Call): Difference[] {
  return [model.hearing.difference(twilio.said), twilio.hearing.difference(model.said)];
}

function total(differences: Difference[]): Difference {
  const sum = { lost: 0, doubled: 0, foreign: 0 };
  for (const one of differences) {
    sum.lost += one.lost;
    sum.doubled += one.doubled;
    sum.foreign += one.foreign;
  }
  return sum;
}

async function reactionMs({ twilio, model }: Call, to: "speech" | "audio"): Promise<number> {
  model.rewind();
  twilio.rewind();
  for (let n = 0; n < ANSWER_DELTAS; n += 1) model.say();
  while (twilio.hearing.position < model.said) await delay(1);
  await delay(INTO_ANSWER_MS);
  const next = twilio.next(to === "speech" ? "clear" : "media");
  const since = performance.now();
  if (to === "speech") model.noticeSpeech();
  else model.say();
  const took = (await next) - since;
  if (to === "speech") model.noticeSilence();
  else model.finish();
  return took;
}

answerCalls(api);
