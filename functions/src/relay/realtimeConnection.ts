import { randomToken } from "../core/ids";
import type { AttachedSession } from "../voice/relayConnection";
import { audioOfDelta } from "./audioFrames";
import type { AudioMode } from "./audioMode";
import { ClientConnection } from "./clientConnection";
import type { RefusedEvent } from "./clientPolicy";
import { ClientReader, weightOf } from "./clientReader";
import { letGo } from "./connection";
import { ConversationLog } from "./conversationLog";
import { ENDINGS, type Ending } from "./ending";
import { errorEvent } from "./errorEvent";
import { ModelLink, type RelayServices } from "./modelLink";
import { isDead, isStalled, type Peer } from "./peer";
import type { ServerEvent } from "./serverEvents";
import { ServerToolSession } from "./serverToolSession";
import { serverSessionUpdate } from "./sessionConfig";
import type { ServerTool } from "./toolRunner";

/**
 * One client speaking Realtime events with the model. The client's socket is paused until the model is ready, so what
 * it sends meanwhile waits in TCP, bounded and whole.
 */
export class RealtimeConnection extends ClientConnection {
  protected readonly link: ModelLink;
  readonly #log: ConversationLog;
  /** Null in most sessions: they then hold and do nothing more than without. */
  readonly #tools: ServerToolSession | null;
  #activeAt = Date.now();
  #tickedAt = 0;

  /** @param tools that the server runs for the model in this session */
  constructor(
    services: RelayServices,
    client: Peer,
    attached: AttachedSession,
    connectionId: string,
    private readonly audioMode: AudioMode = "events",
    tools: readonly ServerTool[] = [],
  ) {
    super(services, client, attached, connectionId);
    const { metrics } = services;
    this.#tools = tools.length > 0 ? this.#toolSession(tools) : null;
    this.#log = new ConversationLog(
      this.ctx,
      attached,
      (itemId) => this.#tellSaved(itemId),
      (used) => metrics.used(used),
    );
    this.link = new ModelLink(services, attached, {
      forward: (frame) => this.#show(frame),
      audio: (frame) => this.#audioToClient(frame),
      handle: (event) => this.#handle(event),
      failed: () => void this.end(ENDINGS.upstreamFailed),
      defect: (error) => this.failed(error),
    });
    client.socket.on("error", (error) => this.ctx.log.debug("client socket failed", { error }));
  }

  async open(): Promise<void> {
    const { session } = this.attached;
    const model = await this.link.open((eventId) =>
      serverSessionUpdate(session, this.ctx.config, eventId, this.#tools?.definitions),
    );
    if (model) this.#acceptClient();
  }

  tick(now: number): void {
    // Of these an instance has a thousand: looked at as often as phone calls, each would take a quarter more memory.
    if (now - this.#tickedAt < this.limits.tickMs) return;
    this.#tickedAt = now;
    if (this.isEnding) return;
    const { client } = this;
    if (now >= this.attached.session.expiresAt.toMillis()) void this.end(ENDINGS.expired);
    else if (now - this.#activeAt > this.limits.idleMs) void this.end(ENDINGS.idle);
    else if (isStalled(client, now, this.limits)) void this.end(ENDINGS.notReading);
    else if (isDead(client, now, this.limits)) client.socket.terminate();
    else {
      this.link.watch(now);
      this.#tools?.tick(now);
    }
    this.ping(now);
  }

  protected hearOf(): void {
    // Nothing in an app's session changes while it goes on.
  }

  protected async close({ code, counted, reason, error, session }: Ending): Promise<void> {
    this.link.giveUp();
    if (error) this.client.send(errorEvent(error));
    this.services.metrics.closes.inc({ code: counted ?? String(code) });
    this.ctx.log.info("voice connection closed", { code, reason });
    // The model's last transcripts are worth waiting for; the client is not kept waiting with us.
    this.client.close(code, reason);
    const { sessionId, connectionId } = this;
    const held = { sessionId, connectionId, log: this.#log, link: this.link };
    const toolsSettled = this.#tools?.settle(this.limits.flushMs);
    await letGo(this.services, held, typeof session === "object" ? session.endReason : undefined);
    await toolsSettled;
  }

  #acceptClient(): void {
    const { client } = this;
    const { metrics } = this.services;
    const reader = new ClientReader(
      {
        forward: (event) => this.link.send(event, client),
        refuse: (refused) => this.#refuse(refused),
      },
      this.audioMode,
      this.#tools?.rules,
    );
    this.weighControlFrames();
    client.socket.on("message", (message: Buffer, isBinary: boolean) => {
      if (this.isEnding) return;
      const cameAt = metrics.toModel.frameCame();
      metrics.received.add(message.length, isBinary);
      client.heardAt = Date.now();
      this.#activeAt = client.heardAt;
      try {
        if (this.mayTake(weightOf(message, isBinary))) reader.read(message, isBinary);
      } catch (error) {
        this.failed(error);
      }
      metrics.toModel.frameWritten(cameAt);
    });
    client.socket.resume();
  }

  #refuse(refused: RefusedEvent): void {
    this.services.metrics.refusedEvents.inc({ code: refused.code });
    this.#toClient(errorEvent({ type: "invalid_request_error", ...refused }));
  }

  #handle(event: ServerEvent): void {
    this.#log.handle(event);
    if (this.#tools && !this.isEnding) this.#tools.heard(event);
  }

  #toolSession(tools: readonly ServerTool[]): ServerToolSession {
    return new ServerToolSession(this.ctx, tools, {
      toModel: (event) => {
        // What comes of a tool after the end is of no more use.
        if (!this.isEnding) this.link.send(event);
      },
      defect: (error) => this.failed(error),
    });
  }

  #show(frame: Buffer | string): void {
    const shown = this.#tools ? this.#tools.forClient(frame) : frame;
    if (shown !== undefined) this.#toClient(shown);
  }

  #toClient(frame: Buffer | string, isBinary = false): void {
    this.#activeAt = Date.now();
    if (!this.client.send(frame, this.link.peer, isBinary)) void this.end(ENDINGS.notReading);
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
