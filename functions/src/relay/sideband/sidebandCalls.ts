import { newId } from "../../core/ids";
import { abandonedSidebands, claimSideband, renewSideband } from "../../voice/sidebands";
import { briefed } from "../briefing";
import type { Connection } from "../connection";
import type { RelayServices } from "../modelLink";
import { serverTools } from "../serverTools";
import { hangUp } from "./hangUp";
import { endingOf, SidebandConnection } from "./sidebandConnection";

/** Calls that one look takes up. */
const MOST_PER_SCAN = 20;

/** After how long a call that could not be hung up is tried again. */
const HANG_UP_AGAIN_MS = 60_000;

/** What the instance does with a call that it holds. */
export interface CallHolder {
  relayId: string;
  hasRoom(): boolean;
  hold(sessionId: string, connection: Connection): void;
  release(sessionId: string, connection: Connection): void;
}

/** What came of asking this instance to take a call up. */
export type Taken = "held" | "elsewhere" | "over" | "failed" | "full";

/** WebRTC calls: this instance takes up those that it is asked to, and those that nobody holds any more. */
export class SidebandCalls {
  #scannedAt = Date.now();
  #isScanning = false;

  constructor(
    private readonly services: RelayServices,
    private readonly holder: CallHolder,
  ) {}

  /** Takes the call of a session up, unless another instance holds it. Never throws. */
  async take(sessionId: string): Promise<Taken> {
    const connectionId = newId();
    const log = this.services.ctx.log.with({ sessionId, requestId: connectionId });
    const services = { ...this.services, ctx: { ...this.services.ctx, requestId: connectionId, log } };
    try {
      return await this.#take(services, sessionId, connectionId);
    } catch (error) {
      log.warn("a call could not be taken up", { error });
      return "failed";
    }
  }

  /** Takes up what nobody holds, when it is time to look. A read each time, and one a call. */
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
      const abandoned = await abandonedSidebands(ctx, { most: MOST_PER_SCAN });
      await Promise.all(abandoned.map(({ sessionId }) => this.take(sessionId)));
    } catch (error) {
      ctx.log.warn("could not look for calls that nobody holds", { error });
    }
  }

  async #take(services: RelayServices, sessionId: string, connectionId: string): Promise<Taken> {
    const { relayId } = this.holder;
    if (!this.holder.hasRoom()) return "full";
    const { sidebandHeldMs: heldMs } = services.limits;
    const claim = await claimSideband(services.ctx, sessionId, { relayId, connectionId, heldMs });
    if (claim.outcome === "over") {
      // One that cannot be hung up now must not stand in the way of others.
      await renewSideband(services.ctx, sessionId, HANG_UP_AGAIN_MS);
      await hangUp(services, sessionId, claim.callId);
    }
    if (claim.outcome === "busy") return "elsewhere";
    if (claim.outcome !== "held") return "over";
    const attached = { ...claim.sideband, ...(await briefed(services.ctx, claim.sideband)) };
    const tools = serverTools(services.ctx, attached.session);
    const connection: SidebandConnection = new SidebandConnection(services, attached, connectionId, tools, {
      released: () => this.holder.release(sessionId, connection),
    });
    this.holder.hold(sessionId, connection);
    services.ctx.log.info("sideband opened", { callId: claim.sideband.callId });
    try {
      await connection.open();
      return "held";
    } catch (error) {
      await connection.end(endingOf(error));
      return "failed";
    }
  }
}
