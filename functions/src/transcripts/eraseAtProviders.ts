import { Timestamp } from "firebase-admin/firestore";
import { type Ctx, requireSetting } from "../core/ctx";
import { isAlreadyThere } from "../core/firestore";
import { fromNow } from "../core/fromNow";
import { type TwilioAccount, twilioAccount } from "../providers/twilioClient";
import {
  deleteRecording,
  deleteTranscript,
  recordingsOf,
  transcriptsOf,
} from "../providers/twilioTranscripts";
import { deleteCall } from "../providers/vapi";
import type { CallRecord } from "../voice/callRecord";
import {
  CHECK_RUN_MS,
  ERASE_AGAIN_SECONDS,
  ERASURES_A_RUN,
  LOOK_LATER_SECONDS,
  RECEIPT_SECONDS,
} from "./limits";
import { type ProviderErasureDoc, providerErasures } from "./store";

/** A session that was erased, and what providers held of it. */
export interface ErasedSession {
  sessionId: string;
  userId: string;
  call?: Pick<CallRecord, "recording" | "intelligence"> & Partial<Pick<CallRecord, "callSid" | "record">>;
  vapi?: { callId: string | null };
}

/**
 * Has Twilio erase the recording and the transcript of a session that was erased, and Vapi its call. Each has a receipt, and is tried again for
 * a week where the provider cannot be told; what of a recorded call Twilio tells only later is looked for after a quarter of an
 * hour. Told of again it changes nothing. 1 write each, and 1 write and request more.
 */
export async function eraseAtProviders(
  ctx: Ctx,
  { sessionId, userId, call, vapi }: ErasedSession,
  held = [...knownOf(call), ...callAt(vapi)],
): Promise<void> {
  for (const one of held) {
    const erasure = newErasure(ctx, { ...one, sessionId, userId });
    if (await noted(ctx, erasure)) await attempt(ctx, erasure);
  }
  // Twilio may tell of a recording after this, or never have told of it.
  if (call?.callSid && call.record) {
    const later = newErasure(ctx, { what: "call", sid: call.callSid, sessionId, userId });
    await noted(ctx, { ...later, dueAt: fromNow(ctx, LOOK_LATER_SECONDS) });
  }
}

/** Something that a provider holds. */
type Held = Pick<ProviderErasureDoc, "what" | "sid">;

function knownOf({ recording, intelligence }: NonNullable<ErasedSession["call"]> = {}): Held[] {
  return [
    ...(intelligence?.transcriptSid
      ? [{ what: "transcript" as const, sid: intelligence.transcriptSid }]
      : []),
    ...(recording ? [{ what: "recording" as const, sid: recording.recordingSid }] : []),
  ];
}

function callAt(vapi: ErasedSession["vapi"]): Held[] {
  return vapi?.callId ? [{ what: "vapi_call", sid: vapi.callId }] : [];
}

/** Writes down that something is to be erased, which happens once. @returns false where it was before */
async function noted(ctx: Ctx, erasure: ProviderErasureDoc): Promise<boolean> {
  try {
    await providerErasures(ctx.db).doc(erasure.sid).create(erasure);
    return true;
  } catch (error) {
    if (isAlreadyThere(error)) return false;
    throw error;
  }
}

async function erase(ctx: Ctx, { what, sid, sessionId, userId }: ProviderErasureDoc): Promise<void> {
  if (what === "vapi_call") {
    const apiKey = requireSetting(ctx.config.VAPI_API_KEY, "VAPI_API_KEY");
    await deleteCall({ baseUrl: ctx.config.VAPI_BASE_URL, apiKey }, sid);
    return;
  }
  const account = await twilioAccount(ctx.config);
  if (what === "recording") await deleteRecording(account, sid);
  else if (what === "transcript") await deleteTranscript(account, sid);
  else await eraseAtProviders(ctx, { sessionId, userId }, await heldOfCall(account, sid));
}

/** Whatever Twilio holds of a call by now. The transcripts first: they are found by their recordings. */
async function heldOfCall(account: TwilioAccount, callSid: string): Promise<Held[]> {
  const recordings = await recordingsOf(account, callSid);
  const transcripts = (await Promise.all(recordings.map((sid) => transcriptsOf(account, sid)))).flat();
  return [
    ...transcripts.map((sid) => ({ what: "transcript" as const, sid })),
    ...recordings.map((sid) => ({ what: "recording" as const, sid })),
  ];
}

/** Tries those again that are due. Reads those alone. */
export async function eraseAgainAtProviders(ctx: Ctx): Promise<void> {
  const { docs } = await providerErasures(ctx.db)
    .where("dueAt", "<=", Timestamp.fromDate(ctx.now()))
    .orderBy("dueAt")
    .limit(ERASURES_A_RUN)
    .get();
  const until = performance.now() + CHECK_RUN_MS;
  for (const document of docs) {
    if (performance.now() > until) return;
    await attempt(ctx, document.data());
  }
}

type Wanted = Pick<ProviderErasureDoc, "what" | "sid" | "sessionId" | "userId">;

function newErasure(ctx: Ctx, one: Wanted): ProviderErasureDoc {
  return {
    ...one,
    status: "pending",
    attempts: 0,
    requestedAt: fromNow(ctx, 0),
    dueAt: fromNow(ctx, ERASE_AGAIN_SECONDS[0]),
    expiresAt: fromNow(ctx, RECEIPT_SECONDS),
  };
}

async function attempt(ctx: Ctx, erasure: ProviderErasureDoc): Promise<void> {
  const { what, sid, attempts, sessionId } = erasure;
  const reference = providerErasures(ctx.db).doc(sid);
  try {
    await erase(ctx, erasure);
    await reference.update({ status: "erased", erasedAt: fromNow(ctx, 0), dueAt: null });
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
      dueAt: isGivenUp ? null : fromNow(ctx, again),
      ...(isGivenUp ? { status: "given_up" } : {}),
    });
  }
}
