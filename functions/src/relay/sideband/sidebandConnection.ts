import { setTimeout as delay } from "node:timers/promises";
import { AppError, toAppError } from "../../core/errors";
import { askRelay } from "../../voice/askRelay";
import { modelSession } from "../../voice/modelSession";
import { type AttachedSideband, releaseSideband, renewSideband } from "../../voice/sidebands";
import { letGo } from "../connection";
import { ConversationLog } from "../conversationLog";
import { ENDINGS, type Ending, refusal } from "../ending";
import { HeldConnection } from "../heldConnection";
import { ModelLink, type RelayServices } from "../modelLink";
import type { ServerEvent } from "../serverEvents";
import { ServerToolSession } from "../serverToolSession";
import type { ServerTool } from "../toolRunner";
import { ConfigurationGuard } from "./configurationGuard";
import { hangUp } from "./hangUp";
import { TimeWarning } from "./timeWarning";

/** Pauses before a lost sideband is dialed again; after the last it is left to another instance. */
const REDIAL_AFTER_MS = [0, 250, 1_000, 2_000, 4_000, 8_000];
/** How long another instance may take to answer when this one stops. */
const HAND_OVER_MS = 2_000;

/** What a sideband needs of the instance. */
export interface SidebandHost {
  /** It is no longer held here. */
  released(): void;
}

/**
 * The server's end of a WebRTC call, whose client speaks with the model itself: it records what is said and used, runs
 * the server's tools, says when the time is nearly up, and hangs up.
 */
export class SidebandConnection extends HeldConnection {
  readonly #log: ConversationLog;
  readonly #tools: ServerToolSession | null;
  readonly #warning: TimeWarning;
  readonly #guard: ConfigurationGuard;
  readonly #stopping = new AbortController();
  #link: ModelLink;
  #knowsConversation: boolean;
  #redials = 0;
  #activeAt = Date.now();
  #renewedAt = Date.now();
  #tickedAt = 0;
  #pingedAt = Date.now();

  constructor(
    services: RelayServices,
    protected override readonly attached: AttachedSideband,
    connectionId: string,
    tools: readonly ServerTool[],
    private readonly host: SidebandHost,
  ) {
    super(services, attached, connectionId);
    const { metrics, limits } = services;
    const { session } = attached;
    this.#tools = tools.length > 0 ? this.#toolSession(tools) : null;
    this.#warning = new TimeWarning(session.expiresAt.toMillis() - limits.warnBeforeMs);
    this.#guard = new ConfigurationGuard(this.#configuration());
    this.#knowsConversation = attached.wasHeld;
    this.#log = new ConversationLog(
      this.ctx,
      attached,
      () => metrics.turnsSaved.inc(),
      (used) => metrics.used(used),
    );
    this.#link = this.#newLink();
  }

  /** @throws AppError not_found where the call is over; where no key works */
  async open(): Promise<void> {
    const { callId } = this.attached;
    const knowsConversation = this.#knowsConversation;
    this.#knowsConversation = true;
    await this.#link.open((eventId) => this.#update(eventId), { callId, knowsConversation });
  }

  tick(now: number): void {
    if (this.isEnding || now - this.#tickedAt < this.limits.tickMs) return;
    this.#tickedAt = now;
    if (now >= this.attached.session.expiresAt.toMillis()) {
      void this.end(ENDINGS.expired);
      return;
    }
    if (now - this.#activeAt > this.limits.idleMs) {
      void this.end(ENDINGS.idle);
      return;
    }
    this.#renew(now);
    this.#link.watch(now);
    this.#tools?.tick(now);
    const warning = this.#warning.due(now);
    if (warning) this.#link.send(JSON.stringify(warning));
    this.#ping(now);
  }

  protected hearOf(): void {
    // Nothing in a session over WebRTC changes while it goes on.
  }

  protected async close(ending: Ending): Promise<void> {
    const { reason, session } = ending;
    // A session that stays open goes on in this call, held by somebody else.
    const isHandedOver = session === "open";
    this.#stopping.abort();
    this.#link.giveUp();
    this.ctx.log.info("sideband closed", { reason });
    if (!isHandedOver) {
      await this.#link.lastWords(this.#log);
      await this.#hangUp();
    }
    const { sessionId, connectionId } = this;
    const held = { sessionId, connectionId, log: this.#log, link: this.#link };
    const toolsSettled = this.#tools?.settle(this.limits.flushMs);
    await letGo(this.services, held, typeof session === "object" ? session.endReason : undefined);
    await toolsSettled;
    this.host.released();
    if (isHandedOver) await this.#handOver(reason);
  }

  async #hangUp(): Promise<void> {
    const { session, callId } = this.attached;
    try {
      await hangUp(this.services, session.sessionId, callId);
    } catch (error) {
      // It is still noted, and will be tried again.
      this.ctx.log.error("a call could not be hung up", { error });
    }
  }

  async #handOver(reason: string): Promise<void> {
    await releaseSideband(this.ctx, this.sessionId, this.connectionId);
    if (reason === ENDINGS.restarting.reason) await askRelay(this.ctx, this.sessionId, HAND_OVER_MS);
  }

  #handle(event: ServerEvent): void {
    this.#log.handle(event);
    this.#warning.handle(event, Date.now());
    if (event.type.startsWith("input_audio_buffer.") || event.type.startsWith("response."))
      this.#activeAt = Date.now();
    if (this.isEnding) return;
    this.#tools?.heard(event);
    if (event.type === "session.updated" && this.#guard.isBroken(event.session)) {
      this.ctx.log.warn("a client has changed the session of its call; it is configured again");
      this.#link.send(this.#update("relay_restored"));
    }
  }

  #newLink(): ModelLink {
    return new ModelLink(this.services, this.attached, {
      // The client has all this from the model itself.
      forward: () => {},
      audio: () => {},
      handle: (event) => this.#handle(event),
      failed: () => void this.#lost(),
      defect: (error) => this.failed(error),
    });
  }

  /** Joins the call again, where it goes on. */
  async #lost(): Promise<void> {
    this.#link.giveUp();
    this.#link.close();
    try {
      await delay(REDIAL_AFTER_MS[this.#redials] ?? 0, undefined, { signal: this.#stopping.signal });
      this.#redials += 1;
      if (this.#redials > REDIAL_AFTER_MS.length) return void this.end(ENDINGS.upstreamFailed);
      this.#link = this.#newLink();
      await this.open();
    } catch (error) {
      if (this.isEnding) return;
      if (isOver(error)) void this.end(ENDINGS.hungUp);
      else await this.#lost();
    }
  }

  #configuration() {
    const { session } = this.attached;
    return modelSession(session, this.ctx.config, { tools: this.#tools?.definitions });
  }

  #update(eventId: string): string {
    return JSON.stringify({ type: "session.update", event_id: eventId, session: this.#configuration() });
  }

  #renew(now: number): void {
    if (now - this.#renewedAt < this.limits.sidebandRenewMs) return;
    this.#renewedAt = now;
    renewSideband(this.ctx, this.sessionId, this.limits.sidebandHeldMs).catch((error: unknown) =>
      this.ctx.log.warn("the hold on a call could not be renewed", { error }),
    );
  }

  #ping(now: number): void {
    if (now - this.#pingedAt < this.limits.pingEveryMs) return;
    this.#pingedAt = now;
    this.#link.ping();
  }

  #toolSession(tools: readonly ServerTool[]): ServerToolSession {
    return new ServerToolSession(this.ctx, tools, {
      toModel: (event) => {
        // What comes of a tool after the end is of no more use.
        if (!this.isEnding) this.#link.send(event);
      },
      defect: (error) => this.failed(error),
    });
  }
}

/** How a sideband ends that could not be opened: where the call is over, so is its session. */
export function endingOf(error: unknown): Ending {
  return isOver(error)
    ? ENDINGS.hungUp
    : { ...refusal(toAppError(error)), reason: ENDINGS.upstreamFailed.reason };
}

function isOver(error: unknown): boolean {
  return error instanceof AppError && error.code === "not_found";
}
