import { forgetCall, type ReservedCall } from "../../voice/sidebands";
import type { RelayServices } from "../modelLink";

const HANG_UP_MS = 5_000;

/** Ends a call at OpenAI and forgets it. @throws AppError where that cannot be known: it stays noted, to be tried again */
export async function hangUp(
  { ctx, keys }: RelayServices,
  call: Pick<ReservedCall, "callId" | "keyId">,
): Promise<void> {
  // Instances that hold no such call do not pay for the SDK.
  const { hangUpCall } = await import("../../providers/openAiCalls.js");
  const access = { keys, baseUrl: ctx.config.OPENAI_BASE_URL };
  await hangUpCall(access, call, { signal: AbortSignal.timeout(HANG_UP_MS), stallMs: HANG_UP_MS });
  await forgetCall(ctx, call.callId);
}
