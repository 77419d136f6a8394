import type { Ctx } from "../core/ctx";
import { fromNow } from "../core/fromNow";
import { twilioAccount } from "../providers/twilioClient";
import { fetchTranscript } from "../providers/twilioTranscripts";
import { changeIntelligence } from "../voice/intelligence";
import type { IntelligenceInput } from "./apiSchemas";
import { keepTranscript } from "./keepTranscript";
import { CHECK_AFTER_SECONDS } from "./limits";

/**
 * Twilio tells that a transcript is there: the conversation is enhanced by it. Told twice, early or late it comes to the
 * same, for Twilio is asked how it stands. 2 reads, 2 writes, 1 request, and what keeping the transcript costs.
 */
export async function receiveTranscript(ctx: Ctx, input: IntelligenceInput): Promise<undefined> {
  // Of a recording that we have not had transcribed.
  if (input.customer_key === undefined) return;
  await settleTranscript(ctx, input.customer_key, input.transcript_sid);
}

/** Finds out how a transcript stands that was asked for a session, and takes it in where it is complete. */
export async function settleTranscript(ctx: Ctx, sessionId: string, transcriptSid: string): Promise<void> {
  const known = await fetchTranscript(await twilioAccount(ctx.config), transcriptSid);
  // What another account, or another session, has called so is not ours.
  if (known?.customerKey !== sessionId) return;
  let hasChanged = false;
  await changeIntelligence(ctx, sessionId, ({ intelligence }) => {
    hasChanged = false;
    if (!intelligence || (intelligence.transcriptSid ?? transcriptSid) !== transcriptSid) return undefined;
    // One that was given up may come after all.
    if (intelligence.status === "completed") return undefined;
    const { status } = known;
    if (status === "pending") return { ...intelligence, transcriptSid };
    if (status === intelligence.status) return undefined;
    hasChanged = status === "completed";
    // Until it is kept it is to be asked for again.
    const checkAt = hasChanged ? fromNow(ctx, CHECK_AFTER_SECONDS[0]) : null;
    return { ...intelligence, transcriptSid, status, checkAt };
  });
  if (hasChanged) await takeIn(ctx, sessionId);
}

/** Enhances a conversation by the transcript that is complete. */
export async function takeIn(ctx: Ctx, sessionId: string): Promise<void> {
  await keepTranscript(ctx, sessionId);
  await changeIntelligence(ctx, sessionId, ({ intelligence }) =>
    intelligence?.checkAt ? { ...intelligence, checkAt: null } : undefined,
  );
}
