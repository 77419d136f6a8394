import type { Ctx } from "../core/ctx";
import { toAppError } from "../core/errors";
import { randomToken } from "../core/ids";
import type { AttachedSession } from "../voice/relayConnection";
import type { RelaySessionChange } from "../voice/watchRelaySessions";
import { audioOfDelta } from "./audioFrames";
import type { AudioMode } from "./audioMode";
import { ByteBucket } from "./byteBucket";
import type { RefusedEvent } from "./clientPolicy";
import { ClientReader, weightOf } from "./clientReader";
import { type Connection, endingFor, letGo } from "./connection";
import { ConversationLog } from "./conversationLog";
import { clientGone, ENDINGS, type Ending, refusal } from "./ending";
import { errorEvent } from "./errorEvent";
import { FRAME_OVERHEAD_BYTES, type RelayLimits } from "./limits";
import { ModelLink, type RelayServices } from "./modelLink";
import { isDead, isStalled, type Peer } from "./peer";
import { serverSessionUpdate } from "./sessionConfig";

/**
 * One client speaking Realtime events with the model. The client's socket is paused until the model is ready, so what
 * it sends meanwhile waits in TCP, bounded and whole.
 */
export class RealtimeConnection implements Connection {
  readonly #ctx: Ctx;
  readonly #limits: RelayLimits;
  readonly #log: ConversationLog;
  readonly #bucket: ByteBucket;
  readonly #link: ModelLink;
  #ending: Promise<void> | undefined;
  #activeAt = Date.now();
  #pingedAt = Date.now();
  #tickedAt = 0;

  constructor(
    private readonly services: RelayServices,
    private readonly client: Peer,
    private readonly attached: AttachedSession,
    private readonly connectionId: string,
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
    this.#link = new ModelLink(services, attached, {
      forward: (frame) => this.#toClient(frame),
      audio: (frame) => this.#audioToClient(frame),
      handle: (event) => this.#log.handle(event),
      failed: () => void this.end(ENDINGS.upstreamFailed),
      defect: (error) => this.#failed(error),
    });
    client.socket.on("close", (code) => void this.end(clientGone(code)));
    client.socket.on("error", (error) => this.#ctx.log.debug("client socket failed", { error }));
  }

  get sessionId(): string {
    return this.attached.session.sessionId;
  }

  async open(): Promise<void> {
    const { session } = this.attached;
    const model = await this.#link.open((eventId) => serverSessionUpdate(session, this.#ctx.config, eventId));
    if (model) this.#acceptClient();
  }

  tick(now: number): void {
    // Of these an instance has a thousand: looked at as often as phone calls, each would take a quarter more memory.
    if (now - this.#tickedAt < this.#limits.tickMs) return;
    this.#tickedAt = now;
    if (this.#ending) return;
    const { client } = this;
    if (now >= this.attached.session.expiresAt.toMillis()) void this.end(ENDINGS.expired);
    else if (now - this.#activeAt > this.#limits.idleMs) void this.end(ENDINGS.idle);
    else if (isStalled(client, now, this.#limits)) void this.end(ENDINGS.notReading);
    else if (isDead(client, now, this.#limits)) client.socket.terminate();
    else this.#link.watch(now);
    if (now - this.#pingedAt < this.#limits.pingEveryMs) return;
    this.#pingedAt = now;
    client.ping();
    this.#link.ping();
  }

  sessionChanged(change: RelaySessionChange): void {
    const ending = endingFor(change, this.attached.session);
    if (ending) void this.end(ending);
  }

  end(ending: Ending): Promise<void> {
    this.#ending ??= this.#end(ending).catch((error: unknown) => {
      this.#ctx.log.error("a connection could not be ended in order", { error });
    });
    return this.#ending;
  }

  async #end({ code, counted, reason, error, session }: Ending): Promise<void> {
    this.#link.giveUp();
    if (error) this.client.send(errorEvent(error));
    this.services.metrics.closes.inc({ code: counted ?? String(code) });
    this.#ctx.log.info("voice connection closed", { code, reason });
    // The model's last transcripts are worth waiting for; the client is not kept waiting with us.
    this.client.close(code, reason);
    const { sessionId, connectionId } = this;
    const held = { sessionId, connectionId, log: this.#log, link: this.#link };
    await letGo(this.services, held, typeof session === "object" ? session.endReason : undefined);
  }

  #acceptClient(): void {
    const { client } = this;
    const { metrics } = this.services;
    const reader = new ClientReader(
      {
        forward: (event) => this.#link.send(event, client),
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

  #refuse(refused: RefusedEvent): void {
    this.services.metrics.refusedEvents.inc({ code: refused.code });
    this.#toClient(errorEvent({ type: "invalid_request_error", ...refused }));
  }

  #toClient(frame: Buffer | string, isBinary = false): void {
    this.#activeAt = Date.now();
    if (!this.client.send(frame, this.#link.peer, isBinary)) void this.end(ENDINGS.notReading);
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
}
