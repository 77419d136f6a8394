import type { Ctx } from "../core/ctx";
import { askRelay } from "../voice/askRelay";
import { abandonedCalls, isCallGoingOn, type NotedCall } from "../voice/sidebands";
import { hangUp } from "./hangUp";
import { MOST_TENDED_CALLS, TAKE_UP_MS, TENDED_AFTER_SECONDS } from "./limits";

/**
 * Looks after the WebRTC calls that no relay holds: those that are not their session's any more are hung up, and the relay
 * is asked to take the others up, which also starts one where none runs. 1 read where there are none; 2 reads for each
 * that there is, and 1 write or what taking up costs.
 */
export async function tendCalls(ctx: Ctx): Promise<void> {
  const abandoned = await abandonedCalls(ctx, { most: MOST_TENDED_CALLS, forSeconds: TENDED_AFTER_SECONDS });
  await Promise.all(abandoned.map((call) => tend(ctx, call)));
}

async function tend(ctx: Ctx, call: NotedCall): Promise<void> {
  try {
    if (await isCallGoingOn(ctx, call)) await askRelay(ctx, call.callId, TAKE_UP_MS);
    else await hangUp(ctx, call);
  } catch (error) {
    // The next minute tries again; the others are not kept waiting.
    ctx.log.error("a call that nobody holds could not be looked after", { callId: call.callId, error });
  }
}
