import type { Ctx } from "../core/ctx";
import { openAiAccess } from "../providers/openAi";
import { hangUpCall, type RealtimeCall } from "../providers/openAiCalls";
import { forgetCall } from "../voice/sidebands";
import { providerLimits } from "./limits";

/**
 * Ends a call at OpenAI and forgets it: 1 request, 1 write.
 * @throws AppError where that cannot be known: it stays noted, and is looked after later
 */
export async function hangUp(ctx: Ctx, call: Pick<RealtimeCall, "callId" | "keyId">): Promise<void> {
  await hangUpCall(openAiAccess(ctx.config), call, providerLimits());
  await forgetCall(ctx, call.callId);
}
