import type { Ctx } from "../core/ctx";
import { openAiAccess } from "../providers/openAi";
import { hangUpCall } from "../providers/openAiCalls";
import { askRelay } from "../voice/askRelay";
import { findSession } from "../voice/readSessions";
import { abandonedSidebands, closeSideband } from "../voice/sidebands";
import { MOST_TENDED_CALLS, PROVIDER_MS, TAKE_UP_MS, TENDED_AFTER_SECONDS } from "./limits";

/**
 * Looks after the WebRTC calls that no relay holds: whose session has ended is hung up, and the relay is asked to take the
 * others up, which also starts one where none runs. 1 read where there are none; 2 for each that there is.
 */
export async function tendCalls(ctx: Ctx): Promise<void> {
  const abandoned = await abandonedSidebands(ctx, {
    most: MOST_TENDED_CALLS,
    forSeconds: TENDED_AFTER_SECONDS,
  });
  await Promise.all(abandoned.map(({ sessionId, callId }) => tend(ctx, sessionId, callId)));
}

async function tend(ctx: Ctx, sessionId: string, callId: string): Promise<void> {
  try {
    const session = await findSession(ctx, sessionId);
    if (session?.status === "active") {
      await askRelay(ctx, sessionId, TAKE_UP_MS);
      return;
    }
    const signal = AbortSignal.timeout(PROVIDER_MS);
    await hangUpCall(openAiAccess(ctx.config), callId, { signal, stallMs: PROVIDER_MS });
    await closeSideband(ctx, sessionId, callId);
  } catch (error) {
    // The next minute tries again; the others are not kept waiting.
    ctx.log.error("a call that nobody holds could not be looked after", { sessionId, error });
  }
}
