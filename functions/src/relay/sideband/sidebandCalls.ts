import { newId } from "../../core/ids";
import { keysWith } from "../../providers/keyId";
import {
  abandonedCalls,
  endSessionOf,
  forgetCall,
  postponeCall,
  type ReservedCall,
  releaseCall,
  reserveCall,
} from "../../voice/sidebands";
import { briefed } from "../briefing";
import type { Connection } from "../connection";
import type { RelayServices } from "../modelLink";
import { serverTools } from "../serverTools";
import { hangUp } from "./hangUp";
import { isOver, SidebandConnection } from "./sidebandConnection";

/** Calls that one look takes up. */
const MOST_PER_SCAN = 20;
/** How long a call is left alone that could not be hung up, or not be joined. */
const HANG_UP_AGAIN_SECONDS = 60;
const JOIN_AGAIN_SECONDS = 30;

/** What the instance does with a call that it holds. */
export interface CallHolder {
  relayId: string;
  hasRoom(): boolean;
  hold(sessionId: string, connection: Connection): void;
  release(sessionId: string, connection: Connection): void;
}

/** What came of taking a call up; `held`: a relay is in it. */
export type Taken = "held" | "elsewhere" | "over" | "failed" | "full";

/** WebRTC calls: this instance takes up those that it is asked to, and those that nobody holds any more. */
export class SidebandCalls {
  readonly #taking = new Map<string, Promise<Taken>>();
  #scannedAt = Date.now();
  #isScanning = false;

  constructor(
    private readonly services: RelayServices,
    private readonly holder: CallHolder,
  ) {}

  /** Takes a call up, unless another instance has it. Asked again meanwhile, it is taken up once. Never throws. */
  take(callId: string, isAsked: boolean): Promise<Taken> {
    const taking = this.#taking.get(callId) ?? this.#takeLogged(callId, isAsked);
    this.#taking.set(callId, taking);
    return taking.finally(() => this.#taking.delete(callId));
  }

  /** Resolves once nothing is being taken up any more. */
  async settled(): Promise<void> {
    while (this.#taking.size > 0) await Promise.all(this.#taking.values());
  }

  /** Takes up what nobody holds, when it is time to look. A read each time, and what taking up costs for each call. */
  tick(now: number): void {
    if (this.#isScanning || now - this.#scannedAt < this.services.limits.sidebandScanMs) return;
    this.#scannedAt = now;
    this.#isScanning = true;
    void this.#scan().finally(() => {
      this.#isScanning = false;
    });
  }

  async #scan(): Promise<void> {
    const { ctx } = this.services;
    try {
      const abandoned = await abandonedCalls(ctx, { most: MOST_PER_SCAN });
      await Promise.all(abandoned.map(({ callId }) => this.take(callId, false)));
    } catch (error) {
      ctx.log.warn("could not look for calls that nobody holds", { error });
    }
  }

  async #takeLogged(callId: string, isAsked: boolean): Promise<Taken> {
    const connectionId = newId();
    const { ctx } = this.services;
    const services = {
      ...this.services,
      ctx: { ...ctx, requestId: connectionId, log: ctx.log.with({ callId }) },
    };
    try {
      return await this.#take(services, callId, { connectionId, isAsked });
    } catch (error) {
      services.ctx.log.warn("a call could not be taken up", { error });
      return "failed";
    }
  }

  async #take(
    services: RelayServices,
    callId: string,
    { connectionId, isAsked }: { connectionId: string; isAsked: boolean },
  ): Promise<Taken> {
    if (!this.holder.hasRoom()) return "full";
    const heldMs = services.limits.sidebandHeldMs;
    const reservation = await reserveCall(services.ctx, callId, { connectionId, heldMs, isAsked });
    if (reservation.outcome === "gone") return "over";
    if (reservation.outcome === "busy") return reservation.isJoined ? "held" : "elsewhere";
    if (reservation.outcome === "over") {
      // One that cannot be hung up now must not stand in the way of others.
      await postponeCall(services.ctx, callId, HANG_UP_AGAIN_SECONDS);
      await hangUp(services, { callId, keyId: reservation.keyId });
      return "over";
    }
    return this.#join(services, reservation.call, connectionId);
  }

  async #join(given: RelayServices, reserved: ReservedCall, connectionId: string): Promise<Taken> {
    const { sessionId } = reserved.session;
    const ctx = { ...given.ctx, log: given.ctx.log.with({ sessionId }) };
    const services = { ...given, ctx, keys: keysWith(given.keys, reserved.keyId) };
    const call = { ...reserved, ...(await briefed(ctx, reserved)) };
    const tools = serverTools(ctx, call.session);
    const connection: SidebandConnection = new SidebandConnection(services, call, connectionId, tools, {
      relayId: this.holder.relayId,
      released: () => this.holder.release(sessionId, connection),
    });
    try {
      await connection.open();
      if (!this.holder.hasRoom()) throw new Error("this instance stops");
    } catch (error) {
      connection.abandon();
      await this.#notJoined(services, call, connectionId, error);
      return "failed";
    }
    ctx.log.info("sideband opened");
    this.holder.hold(sessionId, connection);
    // It may have come to its end before it was held.
    if (connection.isEnding) this.holder.release(sessionId, connection);
    return "held";
  }

  async #notJoined(services: RelayServices, call: ReservedCall, connectionId: string, error: unknown) {
    const { ctx } = services;
    ctx.log.warn("a call could not be joined", { error });
    const { callId, session } = call;
    if (isOver(error)) {
      if (call.wasJoined) await endSessionOf(ctx, { callId, sessionId: session.sessionId }, "hangup");
      await forgetCall(ctx, callId);
      return;
    }
    const afterSeconds = this.holder.hasRoom() ? JOIN_AGAIN_SECONDS : 0;
    const { wasWarned } = call;
    await releaseCall(ctx, callId, { connectionId, afterSeconds, wasWarned });
  }
}
