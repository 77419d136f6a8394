import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../core/errors";
import { askRelay } from "../../voice/askRelay";
import { modelSession } from "../../voice/modelSession";
import { endSessionOf, joinedCall, type ReservedCall, releaseCall, renewCall } from "../../voice/sidebands";
import { usageSoFar } from "../../voice/usageSoFar";
import { letGo } from "../connection";
import { ConversationLog } from "../conversationLog";
import { ENDINGS, type Ending } from "../ending";
import { HeldConnection } from "../heldConnection";
import { ModelLink, type RelayServices } from "../modelLink";
import type { ServerEvent } from "../serverEvents";
import { ServerToolSession } from "../serverToolSession";
import type { ServerTool } from "../toolRunner";
import { CallConfiguration } from "./callConfiguration";
import { CallMeter } from "./callMeter";
import { ConfigurationGuard, toldTools } from "./configurationGuard";
import { hangUp } from "./hangUp";
import { TimeWarning } from "./timeWarning";

/** Pauses before a lost sideband is dialed again; after the last it is left to another instance. */
const REDIAL_AFTER_MS = [0, 250, 1_000, 2_000, 4_000, 8_000];
/** After how long the hold on a call is looked at first. */
const FIRST_RENEWAL_MS = 2_000;
/** How long a call that cannot be joined is left alone. */
const LEFT_ALONE_SECONDS = 30;
/** How long another instance may take to answer when this one stops. */
const HAND_OVER_MS = 2_000;

/** What a sideband needs of the instance. */
export interface SidebandHost {
  relayId: string;
  /** The call is no longer held here. */
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
  readonly #configuration: CallConfiguration;
  readonly #guard: ConfigurationGuard;
  readonly #meter: CallMeter;
  readonly #stopping = new AbortController();
  #link: ModelLink;
  /** The link was lost, and the call is yet to be joined again. */
  #isLost = false;
  /** The call goes on, held by somebody else or by nobody for a while. */
  #isHandedOver = false;
  /** While a call is being joined: told once the model has taken the configuration, or the link has failed. */
  #joining: { resolve(): void; reject(error: unknown): void } | undefined;
  #knowsConversation: boolean;
  #redials = 0;
  #joinedAt = 0;
  #activeAt = Date.now();
  #renewedAt: number;
  /** When the call was last known to be held by this connection. */
  #heldAt = Date.now();
  #tickedAt = 0;
  #pingedAt = Date.now();

  constructor(
    services: RelayServices,
    private readonly call: ReservedCall,
    connectionId: string,
    tools: readonly ServerTool[],
    private readonly host: SidebandHost,
  ) {
    super(services, call, connectionId);
    const { metrics, limits, ctx } = services;
    const { session } = call;
    this.#tools = tools.length > 0 ? this.#toolSession(tools) : null;
    this.#warning = new TimeWarning(session.expiresAt.toMillis(), limits.warnBeforeMs, call.wasWarned);
    // Soon once: what became of the session while the call was being joined was told to nobody.
    this.#renewedAt = Date.now() - limits.sidebandRenewMs + FIRST_RENEWAL_MS;
    this.#configuration = new CallConfiguration(session, ctx.config, this.#tools?.definitions ?? []);
    const toolNames = new Set(tools.map(({ definition }) => definition.name));
    this.#guard = new ConfigurationGuard(modelSession(session, ctx.config), toolNames);
    const minutes = (session.expiresAt.toMillis() - session.createdAt.toMillis()) / 60_000;
    this.#meter = new CallMeter(minutes * ctx.config.CALL_RESERVE_USD_PER_MINUTE);
    this.#knowsConversation = call.wasJoined;
    this.#log = new ConversationLog(
      this.ctx,
      call,
      () => metrics.turnsSaved.inc(),
      (used) => {
        metrics.used(used);
        this.#meter.add(used.costUsd);
      },
    );
    this.#link = this.#newLink();
  }

  /**
   * Joins the call and takes its session up.
   * @throws AppError not_found where the call is over; conflict where it was lost meanwhile; where the model is out of reach
   */
  async open(): Promise<void> {
    await this.#join();
    const { relayId } = this.host;
    const { connectionId } = this;
    const heldMs = this.limits.sidebandHeldMs;
    const session = await joinedCall(this.ctx, this.call.callId, { relayId, connectionId, heldMs });
    if (!session) throw new AppError("conflict", "This call is somebody else's by now.");
    this.attached = { ...this.attached, session: { ...session, instructions: this.#instructions } };
    void this.#addEarlierCost();
  }

  /** Leaves a call that was never joined. */
  abandon(): void {
    this.#stopping.abort();
    this.#leaveLink();
  }

  tick(now: number): void {
    if (this.isEnding || now - this.#tickedAt < this.limits.tickMs) return;
    this.#tickedAt = now;
    const ending = this.#due(now);
    if (ending) {
      void this.end(ending);
      return;
    }
    this.#renew(now);
    this.#link.watch(now);
    this.#tools?.tick(now);
    this.#ping(now);
    if (this.#isLost) return;
    const warning = this.#warning.due(now);
    if (warning) this.#link.send(JSON.stringify(warning));
  }

  protected hearOf({ webrtcCallId }: ReservedCall["session"]): void {
    if (webrtcCallId !== this.call.callId) void this.end(ENDINGS.displaced);
  }

  protected async close({ reason, session }: Ending): Promise<void> {
    const { sessionId, connectionId } = this;
    // A session that stays open goes on in this call, held by somebody else, or in another.
    const isOpen = session === "open";
    this.#isHandedOver = isOpen;
    this.#stopping.abort();
    this.#link.giveUp();
    this.ctx.log.info("sideband closed", { reason });
    if (!isOpen) {
      await this.#link.lastWords(this.#log);
      await this.#hangUp();
    }
    if (typeof session === "object")
      await endSessionOf(this.ctx, { ...this.call, sessionId }, session.endReason);
    const toolsSettled = this.#tools?.settle(this.limits.flushMs);
    // Whoever takes the call up does not know what its tools were asked for: the model is told before the link closes.
    const held = { sessionId, connectionId, log: this.#log, link: this.#link };
    await letGo(this.services, { ...held, toolsSettled, goesOn: isOpen });
    this.host.released();
    if (isOpen) await this.#handOver(reason);
  }

  async #hangUp(): Promise<void> {
    try {
      await hangUp(this.services, this.call);
    } catch (error) {
      // It is still noted, and will be tried again.
      this.ctx.log.error("a call could not be hung up", { error });
    }
  }

  async #handOver(reason: string): Promise<void> {
    const { callId } = this.call;
    const isRestart = reason === ENDINGS.restarting.reason;
    const afterSeconds = isRestart ? 0 : LEFT_ALONE_SECONDS;
    const { connectionId } = this;
    const wasWarned = this.#warning.isSaid;
    const goesOn = await releaseCall(this.ctx, callId, { connectionId, afterSeconds, wasWarned });
    if (!goesOn) await this.#hangUp();
    else if (isRestart) await askRelay(this.ctx, callId, HAND_OVER_MS);
  }

  /** How the call ends now, if it does. */
  #due(now: number): Ending | undefined {
    if (now >= this.attached.session.expiresAt.toMillis()) return ENDINGS.expired;
    if (now - this.#activeAt > this.limits.idleMs) return ENDINGS.idle;
    // Somebody else may hold it by now.
    if (now - this.#heldAt > this.limits.sidebandHeldMs) return ENDINGS.displaced;
    const verdict = this.#meter.verdict();
    return verdict && ENDINGS[verdict];
  }

  #handle(event: ServerEvent): void {
    const now = Date.now();
    this.#log.handle(event);
    this.#warning.handle(event, now);
    this.#meter.handle(event, now);
    if (/^(input_audio_buffer|response)\./.test(event.type)) this.#activeAt = now;
    if (this.isEnding) return;
    this.#tools?.heard(event);
    if (event.type === "session.updated") this.#configured(event.session);
  }

  #configured(session: unknown): void {
    if (this.#joining) {
      if (!this.#wasConfigured) this.#guard.learn(session);
      this.#knowsConversation = true;
      this.#joinedAt = Date.now();
      this.#joining.resolve();
    }
    const verdict = this.#guard.check(session);
    if (verdict === "giveUp") void this.end(ENDINGS.misused);
    if (verdict !== "restore") return;
    this.ctx.log.warn("a client has changed the session of its call; it is configured again");
    this.#link.send(this.#configuration.restored("relay_restored", toldTools(session)));
  }

  #newLink(): ModelLink {
    return new ModelLink(this.services, this.attached, {
      // The client has all this from the model itself.
      forward: () => {},
      audio: () => {},
      handle: (event) => this.#handle(event),
      failed: () => this.#linkFailed(),
      defect: (error) => this.failed(error),
    });
  }

  #linkFailed(): void {
    if (this.#joining) this.#joining.reject(unavailable());
    else void this.#lost();
  }

  /** Dials the call and configures it. */
  async #join(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#joining = { resolve, reject };
    const timer = setTimeout(() => reject(unavailable()), this.limits.sidebandJoinMs);
    this.#link = this.#newLink();
    const joined = { callId: this.call.callId, knowsConversation: this.#knowsConversation };
    const configuration = (eventId: string) =>
      this.#wasConfigured ? this.#configuration.again(eventId) : this.#configuration.first(eventId);
    this.#link.open(configuration, joined).catch(reject);
    try {
      await promise;
    } catch (error) {
      this.#leaveLink();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#joining = undefined;
    }
  }

  /** Joins the call again, where it goes on. */
  async #lost(): Promise<void> {
    this.#isLost = true;
    this.#leaveLink();
    this.#warning.lost();
    this.#tools?.lost();
    if (Date.now() - this.#joinedAt > this.limits.sidebandSteadyMs) this.#redials = 0;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pauseMs = REDIAL_AFTER_MS[this.#redials];
      if (pauseMs === undefined) return void this.end(ENDINGS.upstreamFailed);
      this.#redials += 1;
      await pause(pauseMs, signal);
      if (signal.aborted) return;
      try {
        await this.#join();
        this.#isLost = false;
        this.#tools?.rejoined();
        return;
      } catch (error) {
        if (!isOver(error)) {
          this.ctx.log.warn("a sideband could not be joined again", { error });
          continue;
        }
        // Whoever was cut off may begin another call, which then is the session's.
        await pause(this.limits.callGraceMs, signal);
        return void this.end(ENDINGS.hungUp);
      }
    }
  }

  #leaveLink(): void {
    this.#link.giveUp();
    this.#link.close();
  }

  get #instructions(): string {
    return this.call.session.instructions;
  }

  /** Somebody has configured the call before. Where nobody has, its client has no answer yet, and has changed nothing. */
  get #wasConfigured(): boolean {
    return this.call.wasJoined || this.#joinedAt > 0;
  }

  #renew(now: number): void {
    if (now - this.#renewedAt < this.limits.sidebandRenewMs) return;
    this.#renewedAt = now;
    const heldMs = this.limits.sidebandHeldMs;
    renewCall(this.ctx, this.call.callId, { connectionId: this.connectionId, heldMs }).then(
      (isHeld) => {
        if (isHeld) this.#heldAt = now;
        else void this.end(ENDINGS.displaced);
      },
      (error: unknown) => this.ctx.log.warn("the hold on a call could not be renewed", { error }),
    );
  }

  #ping(now: number): void {
    if (now - this.#pingedAt < this.limits.pingEveryMs) return;
    this.#pingedAt = now;
    this.#link.ping();
  }

  /** Adds what the session has cost before this connection. */
  async #addEarlierCost(): Promise<void> {
    if (this.attached.session.connections <= 1) return;
    try {
      this.#meter.add((await usageSoFar(this.ctx, this.sessionId)).costUsd);
    } catch (error) {
      this.ctx.log.error("what a call has cost could not be read", { error });
    }
  }

  #toolSession(tools: readonly ServerTool[]): ServerToolSession {
    return new ServerToolSession(this.ctx, tools, {
      toModel: (event) => {
        // What comes of a tool after the end of a call is of no more use.
        if (!this.isEnding || this.#isHandedOver) this.#link.send(event);
      },
      defect: (error) => this.failed(error),
    });
  }
}

/** Whether joining a call failed because it is over. */
export function isOver(error: unknown): boolean {
  return error instanceof AppError && error.code === "not_found";
}

function unavailable(): AppError {
  return new AppError(
    "provider_unavailable",
    "The voice model cannot be reached right now: try again in a moment.",
  );
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
