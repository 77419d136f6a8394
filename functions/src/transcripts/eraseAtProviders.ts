import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { isAlreadyThere } from "../core/firestore";
import { twilioAccount } from "../providers/twilioClient";
import { deleteRecording, deleteTranscript } from "../providers/twilioTranscripts";
import type { CallRecord } from "../voice/callRecord";
import { ERASE_AGAIN_SECONDS, ERASURES_A_RUN, RECEIPT_SECONDS, secondsFrom } from "./limits";
import { type ProviderErasureDoc, providerErasures } from "./store";

/** A session that was erased, and what providers held of it. */
export interface ErasedSession {
  sessionId: string;
  userId: string;
  call?: Pick<CallRecord, "recording" | "intelligence">;
}

/**
 * Has Twilio erase the recording and the transcript of a session that was erased. Each has a receipt, and is tried again for
 * a week where Twilio cannot be told. Told of again it changes nothing. 1 write each, and 1 write and request more.
 */
export async function eraseAtProviders(ctx: Ctx, { sessionId, userId, call }: ErasedSession): Promise<void> {
  const { recording, intelligence } = call ?? {};
  const held = [
    ...(intelligence?.transcriptSid
      ? [{ what: "transcript" as const, sid: intelligence.transcriptSid }]
      : []),
    ...(recording ? [{ what: "recording" as const, sid: recording.recordingSid }] : []),
  ];
  for (const one of held) {
    const erasure = newErasure(ctx, { ...one, sessionId, userId });
    try {
      await providerErasures(ctx.db).doc(one.sid).create(erasure);
    } catch (error) {
      if (isAlreadyThere(error)) continue;
      throw error;
    }
    await attempt(ctx, erasure);
  }
}

/** Tries those again that are due. Reads those alone. */
export async function eraseAgainAtProviders(ctx: Ctx): Promise<void> {
  const { docs } = await providerErasures(ctx.db)
    .where("dueAt", "<=", Timestamp.fromDate(ctx.now()))
    .orderBy("dueAt")
    .limit(ERASURES_A_RUN)
    .get();
  for (const document of docs) await attempt(ctx, document.data());
}

function newErasure(
  ctx: Ctx,
  one: Pick<ProviderErasureDoc, "what" | "sid" | "sessionId" | "userId">,
): ProviderErasureDoc {
  return {
    ...one,
    status: "pending",
    attempts: 0,
    requestedAt: secondsFrom(ctx, 0),
    dueAt: secondsFrom(ctx, ERASE_AGAIN_SECONDS[0]),
    expiresAt: secondsFrom(ctx, RECEIPT_SECONDS),
  };
}

async function attempt(ctx: Ctx, { what, sid, attempts, sessionId }: ProviderErasureDoc): Promise<void> {
  const reference = providerErasures(ctx.db).doc(sid);
  try {
    const account = await twilioAccount(ctx.config);
    if (what === "recording") await deleteRecording(account, sid);
    else await deleteTranscript(account, sid);
    await reference.update({ status: "erased", erasedAt: secondsFrom(ctx, 0), dueAt: null });
  } catch (error) {
    const again = ERASE_AGAIN_SECONDS[attempts + 1];
    const isGivenUp = again === undefined;
    ctx.log[isGivenUp ? "error" : "warn"]("a provider could not be told to erase", {
      what,
      sessionId,
      error,
    });
    await reference.update({
      attempts: attempts + 1,
      dueAt: isGivenUp ? null : secondsFrom(ctx, again),
      ...(isGivenUp ? { status: "given_up" } : {}),
    });
  }
}
