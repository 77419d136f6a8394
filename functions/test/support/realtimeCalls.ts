import { type Firestore, Timestamp } from "firebase-admin/firestore";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { createCtx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import type { RelayLimits } from "../../src/relay/limits";
import { type SessionDoc, sessions, sidebands, transcripts, turns } from "../../src/voice/store";
import type { CallInput } from "../../src/webrtc/schemas";
import { startRealtimeCall } from "../../src/webrtc/startRealtimeCall";
import { CallClient } from "../simulators/openai/callClient";
import { silence, speech } from "../simulators/openai/sounds";
import { ownDatabase } from "./countedFirestore";
import { type InProcessRelay, startInProcessRelay } from "./inProcessRelay";
import { testWorld } from "./testCtx";

/** What the user of these calls says, and what the model then replies. */
export const SAID = { heard: "good evening", reply: "Good evening to you." };
export const KEY = "sk-calls-1234";

/** The backend, relays and a model of a test's own, with a database that nobody else sees. */
export class CallStage {
  readonly db: Firestore = ownDatabase();
  readonly #logs: Record<string, unknown>[][] = [];
  readonly #relays: InProcessRelay[] = [];
  readonly #clients: CallClient[] = [];
  /** Calls of earlier tests: one whose client never came is given up by the model only after a while. */
  readonly #earlier = new Set<string | null>();
  #relayUrl = "";

  private constructor(readonly model: OpenAiSimulator) {}

  static async open(): Promise<CallStage> {
    const model = await startOpenAiSimulator({ pace: { firstAudioMs: 20, realTimeFactor: 20 } });
    return new CallStage(model);
  }

  /** Starts a relay, which the backend asks from now on. */
  async relay(limits: Partial<RelayLimits> = {}, keys = [KEY]): Promise<InProcessRelay> {
    const relay = await startInProcessRelay(this.model.realtimeUrl, {
      keys,
      limits: { tickMs: 50, phoneTickMs: 50, sidebandScanMs: 600_000, callGraceMs: 300, ...limits },
      config: { OPENAI_BASE_URL: this.model.url, RELAY_URL: this.#relayUrl || undefined },
      db: this.db,
    });
    this.#relayUrl = relay.url;
    this.#relays.push(relay);
    return relay;
  }

  /** The backend's context for a user, by the clock of all. */
  as(uid: string, settings: Record<string, string | undefined> = {}) {
    const world = testWorld(new Date(), this.db);
    const own = {
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: this.model.url,
      RELAY_URL: this.#relayUrl,
      SECRET_KEY: createCtx().config.SECRET_KEY,
      ...settings,
    };
    this.#logs.push(world.log);
    return { ...world.configured(own, uid), now: () => new Date(), newId };
  }

  /** What the backend and the relays have logged so far. */
  get log(): Record<string, unknown>[] {
    return [...this.#logs, ...this.#relays.map(({ log }) => log)].flat();
  }

  client(): CallClient {
    const client = new CallClient();
    this.#clients.push(client);
    return client;
  }

  /** A user in a call that the relay holds. */
  async call(input: Partial<CallInput> = {}, userId = `user-${newId()}`) {
    const client = this.client();
    const answer = await startRealtimeCall(this.as(userId), { ...input, sdp: await client.offer() });
    await client.connect(answer.sdp);
    return { client, userId, ...answer };
  }

  /** Says the one sentence and waits for the answer's end. */
  async converse(client: CallClient): Promise<void> {
    client.say(Buffer.concat([silence(200), speech(SAID.heard), silence(1_200)]));
    await client.next("output_audio_buffer.stopped");
  }

  async session(sessionId: string): Promise<SessionDoc | undefined> {
    return (await sessions(this.db).doc(sessionId).get()).data();
  }

  /** The calls of a session that are not known to be over. */
  async noted(sessionId: string) {
    const { docs } = await sidebands(this.db).where("sessionId", "==", sessionId).get();
    return docs.map((document) => document.data());
  }

  /** Lets the holds on a session's calls run out, as when their relay was killed long ago. */
  async letRunOut(sessionId: string): Promise<void> {
    for (const { callId } of await this.noted(sessionId))
      await sidebands(this.db)
        .doc(callId)
        .update({ heldUntil: Timestamp.fromMillis(0) });
  }

  /** What is stored of a conversation, in order. */
  async turns(sessionId: string): Promise<string[]> {
    const { docs } = await turns(this.db, sessionId).orderBy("order").get();
    return docs.map((document) => `${document.data().role}: ${document.data().content}`);
  }

  async transcript(sessionId: string) {
    return (await transcripts(this.db).doc(sessionId).get()).data();
  }

  /** The calls that go on at the model. */
  open() {
    const calls = this.model.sessions().filter(({ callId, open }) => callId !== null && open);
    return calls.filter(({ callId }) => !this.#earlier.has(callId));
  }

  /** Lets go of the clients; relays and model stay. */
  async clear(): Promise<void> {
    this.model.clearFaults();
    await Promise.all(this.#clients.splice(0).map((client) => client.close()));
    await Promise.all(this.#relays.splice(0).map((relay) => relay.drain()));
    this.#relayUrl = "";
    for (const { callId } of this.open()) this.#earlier.add(callId);
  }

  async close(): Promise<void> {
    await this.clear();
    await this.model.stop();
    await this.db.terminate();
  }
}
