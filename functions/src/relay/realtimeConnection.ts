import { setTimeout as delay } from "node:timers/promises";
import type { Ctx } from "../core/ctx";
import { toAppError } from "../core/errors";
import { randomToken } from "../core/ids";
import { endSession } from "../voice/endSession";
import { type AttachedSession, detachRelay } from "../voice/relayConnection";
import { finishTranscript } from "../voice/transcript";
import type { RelaySessionChange } from "../voice/watchRelaySessions";
import { audioOfDelta } from "./audioFrames";
import type { AudioMode } from "./audioMode";
import { ByteBucket } from "./byteBucket";
import type { RefusedEvent } from "./clientPolicy";
import { ClientReader, weightOf } from "./clientReader";
import { ConversationLog } from "./conversationLog";
import { dialModel, type KeySource } from "./dialModel";
import { clientGone, ENDINGS, type Ending, refusal } from "./ending";
import { errorEvent } from "./errorEvent";
import { FRAME_OVERHEAD_BYTES, type RelayLimits } from "./limits";
import type { RelayMetrics } from "./metrics";
import { Peer } from "./peer";
import { countedCode } from "./serverEvents";
import { earlierConversation, serverSessionUpdate } from "./sessionConfig";
import type { UpstreamFailure } from "./upstreamFailure";
import { UpstreamReader } from "./upstreamReader";

type SessionOf = AttachedSession["session"];

/** What every connection of an instance shares. */
export interface RelayServices extends KeySource {
  ctx: Ctx;
  limits: RelayLimits;
  metrics: RelayMetrics;
}

/**
 * One client speaking Realtime events with the model. The client's socket is paused until the model is ready, so what
 * it sends meanwhile waits in TCP, bounded and whole.
 */
export class RealtimeConnection {
  readonly #ctx: Ctx;
  readonly #limits: RelayLimits;
  readonly #log: ConversationLog;
  readonly #bucket: ByteBucket;
  readonly #reader: UpstreamReader;
  readonly #dialing = new AbortController();
  #upstream: Peer | undefined;
  #ending: Promise<void> | undefined;
  #activeAt = Date.now();
  #pingedAt = Date.now();

  constructor(
    private readonly services: RelayServices,
    private readonly client: Peer,
    private readonly attached: AttachedSession,
    readonly connectionId: string,
    private readonly audioMode: AudioMode = "events",
  ) {
    const { metrics } = services;
    this.#ctx = services.ctx;
    this.#limits = services.limits;
    this.#bucket = new ByteBucket(this.#limits.bytesPerSecond, this.#limits.burstBytes, Date.now());
    this.#log = new ConversationLog(
      this.#ctx,
      attached,
      (itemId) => this.#tellSaved(itemId),
      (used) => metrics.used(used),
    );
    this.#reader = new UpstreamReader({
      forward: (frame) => this.#toClient(frame),
      audio: (frame) => this.#audioToClient(frame),
      handle: (event) => {
        const code = countedCode(event);
        if (code) metrics.modelErrors.inc({ code });
        this.#log.handle(event);
      },
      fail: (failure, about) => this.#upstreamFailed(failure, about),
      answered: (delayMs) => metrics.answered(delayMs),
    });
    client.socket.on("close", (code) => void this.end(clientGone(code)));
    client.socket.on("error", (error) => this.#ctx.log.debug("client socket failed", { error }));
  }

  get sessionId(): string {
    return this.attached.session.sessionId;
  }

  /** Dials the model, configures it and lets the client speak. @throws AppError where no key works */
  async open(): Promise<void> {
    const { socket, key } = await dialModel(this.services, {
      url: this.#ctx.config.OPENAI_REALTIME_API_URL,
      model: this.attached.session.model,
      handshakeTimeoutMs: this.#limits.upstreamHandshakeMs,
      signal: this.#dialing.signal,
      onFailure: ({ reason }) => this.services.metrics.upstreamFailures.inc({ reason }),
    });
    // The client may have gone at the very moment at which the model answered.
    if (this.#ending) {
      socket.terminate();
      return;
    }
    const upstream = new Peer(socket, this.#limits);
    this.#upstream = upstream;
    this.#reader.onKeyAtFault = () => this.services.keys.failed(key, Date.now(), "account");
    socket.on("message", (frame: Buffer) => {
      const cameAt = this.services.metrics.toClient.frameCame();
      upstream.heardAt = Date.now();
      try {
        this.#reader.read(frame, upstream.heardAt);
      } catch (error) {
        this.#failed(error);
      }
      this.services.metrics.toClient.frameWritten(cameAt);
    });
    socket.on("close", (code) => this.#upstreamFailed("closed", { code }));
    socket.on("error", (error) => this.#ctx.log.debug("upstream socket failed", { error }));
    const configurationId = `relay_${randomToken(12)}`;
    upstream.send(serverSessionUpdate(this.attached.session, this.#ctx.config, configurationId));
    for (const event of earlierConversation(this.attached)) upstream.send(event);
    this.#reader.expectConfigured(Date.now(), configurationId);
    socket.resume();
    this.#acceptClient(upstream);
  }

  /** Looks at what time has done; called about once a second. */
  tick(now: number): void {
    if (this.#ending) return;
    const { client } = this;
    if (now >= this.attached.session.expiresAt.toMillis()) void this.end(ENDINGS.expired);
    else if (now - this.#activeAt > this.#limits.idleMs) void this.end(ENDINGS.idle);
    else if (isStalled(client, now, this.#limits)) void this.end(ENDINGS.notReading);
    else if (isDead(client, now, this.#limits)) client.socket.terminate();
    else this.#watchUpstream(now);
    if (now - this.#pingedAt < this.#limits.pingEveryMs) return;
    this.#pingedAt = now;
    client.ping();
    this.#upstream?.ping();
  }

  /** The session changed in Firestore: ended or deleted from anywhere, or taken up by another socket. */
  sessionChanged(change: RelaySessionChange): void {
    if (change.change === "ended") void this.end(ENDINGS.ended);
    else if (change.change === "deleted") void this.end(ENDINGS.deleted);
    // News of an older socket may come late: only a newer one displaces this, or one of a session made anew.
    else if (isNewer(change.session, this.attached.session)) void this.end(ENDINGS.displaced);
  }

  /** Ends the connection once: tells the client, stores what was said, lets go of the session. */
  end(ending: Ending): Promise<void> {
    this.#ending ??= this.#end(ending).catch((error: unknown) => {
      this.#ctx.log.error("a connection could not be ended in order", { error });
    });
    return this.#ending;
  }

  async #end({ code, counted, reason, error, session }: Ending): Promise<void> {
    this.#dialing.abort();
    if (error) this.client.send(errorEvent(error));
    this.services.metrics.closes.inc({ code: counted ?? String(code) });
    this.#ctx.log.info("voice connection closed", { code, reason });
    // The model's last transcripts are worth waiting for; the client is not kept waiting with us.
    this.client.close(code, reason);
    await this.#lastWords();
    await this.#log.finish(this.#limits.flushMs);
    this.#upstream?.close(1000, "");
    if (typeof session === "object") await endSession(this.#ctx, this.sessionId, session.endReason);
    // Whoever ended the session may have finished its transcript before these last turns were stored.
    const hasEnded = await detachRelay(this.#ctx, this.sessionId, this.connectionId);
    if (hasEnded) await finishTranscript(this.#ctx, this.sessionId);
  }

  async #lastWords(): Promise<void> {
    // It may have been waiting for a client that did not read.
    this.#upstream?.socket.resume();
    const until = Date.now() + this.#limits.lastWordsMs;
    while (this.#upstream?.isOpen && this.#log.awaitsTranscription && Date.now() < until) await delay(25);
  }

  #acceptClient(upstream: Peer): void {
    const { client } = this;
    const { metrics } = this.services;
    const reader = new ClientReader(
      {
        forward: (event) => this.#toModel(event, upstream),
        refuse: (refused) => this.#refuse(refused),
      },
      this.audioMode,
    );
    client.heardAt = Date.now();
    client.socket.on("message", (message: Buffer, isBinary: boolean) => {
      if (this.#ending) return;
      const cameAt = metrics.toModel.frameCame();
      metrics.received.add(message.length, isBinary);
      client.heardAt = Date.now();
      this.#activeAt = client.heardAt;
      try {
        if (this.#mayTake(weightOf(message, isBinary))) reader.read(message, isBinary);
      } catch (error) {
        this.#failed(error);
      }
      metrics.toModel.frameWritten(cameAt);
    });
    client.socket.on("ping", (data: Buffer) => this.#mayTake(data.length));
    client.socket.on("pong", (data: Buffer) => this.#mayTake(data.length));
    client.socket.resume();
  }

  /** Whatever is wrong with one connection, the others of this instance go on. */
  #failed(error: unknown): void {
    this.#ctx.log.error("a connection failed", { error });
    void this.end(refusal(toAppError(error)));
  }

  #mayTake(bytes: number): boolean {
    if (this.#bucket.take(bytes + FRAME_OVERHEAD_BYTES, this.client.heardAt)) return true;
    void this.end(ENDINGS.tooFast);
    return false;
  }

  #toModel(event: Buffer | string, upstream: Peer): void {
    if (!upstream.send(event, this.client)) this.#upstreamFailed("not_reading");
  }

  #refuse(refused: RefusedEvent): void {
    this.services.metrics.refusedEvents.inc({ code: refused.code });
    this.#toClient(errorEvent({ type: "invalid_request_error", ...refused }));
  }

  #toClient(frame: Buffer | string, isBinary = false): void {
    this.#activeAt = Date.now();
    if (!this.client.send(frame, this.#upstream, isBinary)) void this.end(ENDINGS.notReading);
  }

  #audioToClient(event: Buffer): void {
    const audio = this.audioMode === "binary" ? audioOfDelta(event) : undefined;
    if (!audio) this.#toClient(event);
    else if (audio.length > 0) this.#toClient(audio, true);
  }

  #tellSaved(itemId: string): void {
    this.services.metrics.turnsSaved.inc();
    this.client.send(
      JSON.stringify({
        type: "relay.turn.saved",
        event_id: `event_${randomToken(12)}`,
        session_id: this.sessionId,
        item_id: itemId,
      }),
    );
  }

  #watchUpstream(now: number): void {
    const upstream = this.#upstream;
    if (!upstream) return;
    if (upstream.socket.isPaused) this.#reader.notReading(now);
    if (isStalled(upstream, now, this.#limits)) this.#upstreamFailed("not_reading");
    else if (isDead(upstream, now, this.#limits)) this.#upstreamFailed("no_pong");
    else if (this.#reader.isOverdue(now, this.#limits)) this.#upstreamFailed("silent");
  }

  #upstreamFailed(failure: UpstreamFailure, about: Record<string, unknown> = {}): void {
    if (this.#ending) return;
    this.services.metrics.upstreamLost(failure);
    this.#ctx.log.warn("the model's connection failed", { failure, ...about });
    void this.end(ENDINGS.upstreamFailed);
  }
}

function isNewer(now: SessionOf, own: SessionOf): boolean {
  return now.connections > own.connections || now.createdAt.toMillis() > own.createdAt.toMillis();
}

function isDead(peer: Peer, now: number, { deadAfterMs }: RelayLimits): boolean {
  return !peer.socket.isPaused && now - peer.heardAt > deadAfterMs;
}

function isStalled(peer: Peer, now: number, { stallMs }: RelayLimits): boolean {
  return peer.stalledSince !== undefined && now - peer.stalledSince > stallMs;
}
