import type { Ctx } from "../core/ctx";
import { twilioAccount } from "../providers/twilioClient";
import { createTranscript, findTranscript, type KnownTranscript } from "../providers/twilioTranscripts";
import { changeIntelligence } from "../voice/intelligence";
import { ANSWER_SECONDS, CHECK_AFTER_SECONDS, secondsFrom } from "./limits";

/**
 * Has Twilio transcribe a call's recording, where that is wanted; once, however often it is told of the recording. What
 * Twilio does not answer is found out by the check. 1 read, 2 writes, 1 request to Twilio.
 */
export async function requestTranscript(ctx: Ctx, sessionId: string): Promise<void> {
  const { USE_TWILIO_VOICE_INTELLIGENCE: isWanted, TWILIO_VOICE_INTELLIGENCE_SID: serviceSid } = ctx.config;
  if (!isWanted || serviceSid === undefined) return;
  let isMine = false;
  const call = await changeIntelligence(ctx, sessionId, ({ recording, intelligence }) => {
    isMine = intelligence === undefined && recording?.status === "completed";
    if (!isMine) return undefined;
    const checkAt = secondsFrom(ctx, ANSWER_SECONDS);
    return { status: "requested", transcriptSid: null, checkAt, checks: 0 };
  });
  if (!isMine || !call?.recording) return;
  try {
    const { recordingSid } = call.recording;
    await adopt(
      ctx,
      sessionId,
      await createTranscript(await twilioAccount(ctx.config), {
        serviceSid,
        recordingSid,
        customerKey: sessionId,
      }),
    );
  } catch (error) {
    ctx.log.warn("a transcript could not be asked for; it is tried again", { sessionId, error });
  }
}

/** Asks again for a transcript of which Twilio did not tell whether it took it: the one that is there, else a new one. */
export async function requestAgain(ctx: Ctx, sessionId: string, recordingSid: string): Promise<void> {
  const { TWILIO_VOICE_INTELLIGENCE_SID: serviceSid } = ctx.config;
  if (serviceSid === undefined) return;
  const account = await twilioAccount(ctx.config);
  const wanted = { recordingSid, customerKey: sessionId };
  const found =
    (await findTranscript(account, wanted)) ?? (await createTranscript(account, { serviceSid, ...wanted }));
  await adopt(ctx, sessionId, found);
}

async function adopt(ctx: Ctx, sessionId: string, { transcriptSid }: KnownTranscript): Promise<void> {
  await changeIntelligence(ctx, sessionId, ({ intelligence }) =>
    intelligence?.transcriptSid === null
      ? { ...intelligence, transcriptSid, checkAt: secondsFrom(ctx, CHECK_AFTER_SECONDS[0]) }
      : undefined,
  );
}
