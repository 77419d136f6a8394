import type { Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { transact } from "../core/firestore";
import { fromNow } from "../core/fromNow";
import { scenarioFor } from "../scenarios/scenarioFor";
import { openPlacedCall, type PhoneSession } from "../voice/phoneSessions";
import { wasOpened } from "../voice/wasOpened";
import { enterGate, passGate } from "./gate";
import { QUEUE_SECONDS, RING_SECONDS, SESSION_MARGIN_SECONDS, UNCONFIRMED_CHECK_SECONDS } from "./limits";
import { assertNobodysLine } from "./lines";
import type { CallOptions } from "./schemas";

/** A call that is to be placed. The id of its session was just made up. */
export type NewCall = CallOptions & { userId: string; sessionId: string; from: string; to: string };

/** What else has to hold, and is written, in the transaction that opens the session of a call. */
export interface CallClaim {
  /** Reads. @throws whatever keeps the call from being placed */
  assert(tx: Transaction): Promise<void>;
  /** Writes. */
  keep(tx: Transaction): void;
}

/**
 * Opens the session of a call that has passed the gate: from then on it is looked for at Twilio, should we fail before it
 * is dialled. 5 reads, a read more with a scenario of the user's own, and 4 writes, beside the claim's.
 * @throws AppError not_found for an unknown scenario, and what the gate refuses it for
 */
export async function openCall(ctx: Ctx, call: NewCall, claim?: CallClaim): Promise<PhoneSession> {
  const { sessionId, userId, from, to, scenarioId, variables, language, record } = call;
  const maxMinutes = call.max_minutes;
  const wanted = { userId, to, maxMinutes, timeZone: call.time_zone };
  const zones = await enterGate(ctx, wanted);
  return transact(
    ctx.db,
    async (tx) => {
      await claim?.assert(tx);
      await assertNobodysLine(ctx, tx, to);
      const scenario = await scenarioFor(ctx, tx, { scenarioId, userId, variables });
      const { verdict, setAside } = await passGate(ctx, tx, wanted, zones);
      const session = await openPlacedCall(ctx, tx, {
        sessionId,
        userId,
        scenario,
        language,
        // Until it is answered: then its minutes begin.
        expiresAt: fromNow(
          ctx,
          QUEUE_SECONDS + RING_SECONDS + maxMinutes * 60 + SESSION_MARGIN_SECONDS,
        ).toDate(),
        call: {
          direction: "outbound",
          callSid: null,
          from,
          to,
          maxMinutes,
          record,
          verdict,
          // A crash before Twilio has answered leaves a call that is looked for.
          checkAt: fromNow(ctx, UNCONFIRMED_CHECK_SECONDS),
        },
      });
      setAside();
      claim?.keep(tx);
      return session;
    },
    wasOpened(ctx, sessionId),
  );
}
