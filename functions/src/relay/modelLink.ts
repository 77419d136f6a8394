import { setTimeout as delay } from "node:timers/promises";
import type { Ctx } from "../core/ctx";
import { randomToken } from "../core/ids";
import type { AttachedSession } from "../voice/relayConnection";
import type { ConversationLog } from "./conversationLog";
import { dialModel, type KeySource } from "./dialModel";
import type { RelayLimits } from "./limits";
import type { RelayMetrics } from "./metrics";
import { isDead, isStalled, Peer } from "./peer";
import { countedCode, type ServerEvent } from "./serverEvents";
import { earlierConversation } from "./sessionConfig";
import type { UpstreamFailure } from "./upstreamFailure";
import { UpstreamReader } from "./upstreamReader";

/** What every connection of an instance shares. */
export interface RelayServices extends KeySource {
  ctx: Ctx;
  limits: RelayLimits;
  metrics: RelayMetrics;
}

/** What comes over a link. */
export interface LinkEffects {
  /** An event that need not be understood, as it came. */
  forward(frame: Buffer | string): void;
  /** A piece of the model's audio. */
  audio(frame: Buffer): void;
  handle(event: ServerEvent): void;
  /** The model is of no more use; told once. */
  failed(): void;
  /** Something in the above threw. */
  defect(error: unknown): void;
}

/** A WebRTC call that a link is the server's end of. */
export interface LinkedCall {
  callId: string;
  /** The model was there when the session's earlier turns were spoken. */
  knowsConversation: boolean;
}

/** One connection's socket to the model: dialed, configured, read, watched over. */
export class ModelLink {
  /** When the frame came that is being read, by the monotonic clock. */
  cameAt = 0;
  readonly #reader: UpstreamReader;
  readonly #dialing = new AbortController();
  #peer: Peer | undefined;

  constructor(
    private readonly services: RelayServices,
    private readonly attached: AttachedSession,
    private readonly effects: LinkEffects,
  ) {
    const { metrics } = services;
    this.#reader = new UpstreamReader({
      forward: (frame) => effects.forward(frame),
      audio: (frame) => effects.audio(frame),
      handle: (event) => {
        const code = countedCode(event);
        if (code) metrics.modelErrors.inc({ code });
        effects.handle(event);
      },
      fail: (failure, about) => this.failed(failure, about),
      answered: (delayMs) => metrics.answered(delayMs),
    });
  }

  /** The model's end, once there is one. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  /**
   * Dials the model and configures it by the event that `configuration` makes of an event id.
   * @param call the call to be joined, where the client speaks with the model itself
   * @returns the model's end; undefined where the link was given up meanwhile
   * @throws AppError where no key works; not_found where the call is over
   */
  async open(configuration: (eventId: string) => string, call?: LinkedCall): Promise<Peer | undefined> {
    const { ctx, keys, limits, metrics } = this.services;
    const { socket, key } = await dialModel(this.services, {
      url: ctx.config.OPENAI_REALTIME_API_URL,
      target: call ? { callId: call.callId } : { model: this.attached.session.model },
      handshakeTimeoutMs: limits.upstreamHandshakeMs,
      signal: this.#dialing.signal,
      onFailure: ({ reason }) => metrics.upstreamFailures.inc({ reason }),
    });
    // The client may have gone at the very moment at which the model answered.
    if (this.#isGivenUp) {
      socket.terminate();
      return undefined;
    }
    const peer = new Peer(socket, limits);
    this.#peer = peer;
    this.#reader.onKeyAtFault = () => keys.failed(key, Date.now(), "account");
    socket.on("message", (frame: Buffer) => this.#read(frame, peer));
    socket.on("close", (code) => this.failed("closed", { code }));
    socket.on("error", (error) => ctx.log.debug("upstream socket failed", { error }));
    const configurationId = `relay_${randomToken(12)}`;
    peer.send(configuration(configurationId));
    const earlier = call?.knowsConversation ? [] : earlierConversation(this.attached);
    for (const event of earlier) peer.send(event);
    this.#reader.expectConfigured(Date.now(), configurationId);
    socket.resume();
    return peer;
  }

  /** @param source who it came from: paused while the model reads too slowly */
  send(event: Buffer | string, source?: Peer): void {
    if (this.#peer && !this.#peer.send(event, source)) this.failed("not_reading");
  }

  ping(): void {
    this.#peer?.ping();
  }

  /** Looks at what time has done. */
  watch(now: number): void {
    const peer = this.#peer;
    if (!peer) return;
    const { limits } = this.services;
    if (peer.socket.isPaused) this.#reader.notReading(now);
    if (isStalled(peer, now, limits)) this.failed("not_reading");
    else if (isDead(peer, now, limits)) this.failed("no_pong");
    else if (this.#reader.isOverdue(now, limits)) this.failed("silent");
  }

  failed(failure: UpstreamFailure, about: Record<string, unknown> = {}): void {
    if (this.#isGivenUp) return;
    this.services.metrics.upstreamLost(failure);
    this.services.ctx.log.warn("the model's connection failed", { failure, ...about });
    this.effects.failed();
  }

  /** Nothing that becomes of it from now on is a failure. */
  giveUp(): void {
    this.#dialing.abort();
  }

  /** Waits for the transcript of what the user said last. */
  async lastWords(log: ConversationLog): Promise<void> {
    // It may have been waiting for a client that did not read.
    this.#peer?.socket.resume();
    const until = Date.now() + this.services.limits.lastWordsMs;
    while (this.#peer?.isOpen && log.awaitsTranscription && Date.now() < until) await delay(25);
  }

  close(): void {
    this.#peer?.close(1000, "");
  }

  get #isGivenUp(): boolean {
    return this.#dialing.signal.aborted;
  }

  #read(frame: Buffer, peer: Peer): void {
    const { toClient } = this.services.metrics;
    const timedSince = toClient.frameCame();
    this.cameAt = performance.now();
    peer.heardAt = Date.now();
    try {
      this.#reader.read(frame, peer.heardAt);
    } catch (error) {
      this.effects.defect(error);
    }
    toClient.frameWritten(timedSince);
  }
}
