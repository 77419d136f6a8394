import type { Ctx } from "../core/ctx";
import { fromNow } from "../core/fromNow";
import { twilioAccount } from "../providers/twilioClient";
import { createTranscript, findTranscript, type KnownTranscript } from "../providers/twilioTranscripts";
import type { CallRecord } from "../voice/callRecord";
import { changeIntelligence } from "../voice/intelligence";
import { ANSWER_SECONDS, CHECK_AFTER_SECONDS } from "./limits";

/** That a transcript of a call is wanted, where it is and was not before: to be stored with its recording. Pure. */
export function wantedTranscript(
  ctx: Ctx,
  { recording, intelligence }: Pick<CallRecord, "recording" | "intelligence">,
): Pick<CallRecord, "intelligence"> {
  const { USE_TWILIO_VOICE_INTELLIGENCE: isOn, TWILIO_VOICE_INTELLIGENCE_SID: serviceSid } = ctx.config;
  if (!isOn || serviceSid === undefined || intelligence || recording?.status !== "completed") return {};
  const checkAt = fromNow(ctx, ANSWER_SECONDS);
  return { intelligence: { status: "requested", transcriptSid: null, checkAt, checks: 0, isAsked: false } };
}

/**
 * Has Twilio transcribe a call's recording, where that is wanted; once, however often it is told of the recording. What
 * Twilio does not answer is found out by the check. 1 read; 2 reads and 2 writes and 1 request where it is asked for.
 */
export async function requestTranscript(ctx: Ctx, sessionId: string): Promise<void> {
  const { TWILIO_VOICE_INTELLIGENCE_SID: serviceSid } = ctx.config;
  if (serviceSid === undefined) return;
  let isMine = false;
  const call = await changeIntelligence(ctx, sessionId, ({ intelligence }) => {
    isMine = intelligence?.isAsked === false;
    return isMine && intelligence ? { ...intelligence, isAsked: true } : undefined;
  });
  if (!isMine || !call?.recording) return;
  const { recordingSid } = call.recording;
  try {
    const wanted = { serviceSid, recordingSid, customerKey: sessionId };
    await adopt(ctx, sessionId, await createTranscript(await twilioAccount(ctx.config), wanted));
  } catch (error) {
    ctx.log.warn("a transcript could not be asked for; it is tried again", { sessionId, error });
  }
}

/**
 * Asks again for a transcript of which Twilio did not tell whether it took it: the one that is there, else a new one. Whoever
 * is told of the recording once more asks no more.
 */
export async function requestAgain(ctx: Ctx, sessionId: string, recordingSid: string): Promise<void> {
  const { TWILIO_VOICE_INTELLIGENCE_SID: serviceSid } = ctx.config;
  if (serviceSid === undefined) return;
  const call = await changeIntelligence(ctx, sessionId, ({ intelligence }) =>
    intelligence?.isAsked === false ? { ...intelligence, isAsked: true } : undefined,
  );
  if (!call) return;
  const account = await twilioAccount(ctx.config);
  const wanted = { recordingSid, customerKey: sessionId };
  const found =
    (await findTranscript(account, wanted)) ?? (await createTranscript(account, { serviceSid, ...wanted }));
  await adopt(ctx, sessionId, found);
}

async function adopt(ctx: Ctx, sessionId: string, { transcriptSid }: KnownTranscript): Promise<void> {
  await changeIntelligence(ctx, sessionId, ({ intelligence }) =>
    intelligence?.transcriptSid === null
      ? { ...intelligence, transcriptSid, checkAt: fromNow(ctx, CHECK_AFTER_SECONDS[0]) }
      : undefined,
  );
}
