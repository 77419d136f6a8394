import type { Ctx } from "../../core/ctx";
import type { AttachedSession } from "../../voice/relayConnection";
import { usageSoFar } from "../../voice/usageSoFar";
import { CallCost, ceilingOf } from "./callCost";

/** What was set aside for a call that we placed, and what of it is used up. A call that came in has no limit. */
export class CallBudget {
  readonly #cost: CallCost;
  readonly #ceilingUsd: number;

  constructor(
    private readonly ctx: Ctx,
    private readonly session: AttachedSession["session"],
  ) {
    const { call, createdAt } = session;
    const answeredAt = call?.statuses["in-progress"]?.at ?? createdAt;
    this.#cost = new CallCost(answeredAt.toMillis(), {
      phone: ctx.config.CALL_PHONE_USD_PER_MINUTE,
      unpriced: ctx.config.CALL_RESERVE_USD_PER_MINUTE,
    });
    this.#ceilingUsd = call?.verdict ? ceilingOf(call.verdict.reserveUsd) : Number.POSITIVE_INFINITY;
  }

  /** What a response of the model cost; null where it has no price. */
  add(usd: number | null): void {
    this.#cost.add(usd);
  }

  /** Adds what the model cost before the line was lost, if it was. */
  async addEarlier(): Promise<void> {
    if (this.session.connections === 1) return;
    try {
      const { costUsd } = await usageSoFar(this.ctx, this.session.sessionId);
      this.#cost.add(costUsd);
    } catch (error) {
      this.ctx.log.error("what a call has cost could not be read", { error });
    }
  }

  isSpent(now: number): boolean {
    return this.#cost.at(now) >= this.#ceilingUsd;
  }
}
