import { Timestamp } from "firebase-admin/firestore";
import { type Ctx, requireSetting } from "../core/ctx";
import { isAlreadyThere, isOvertaken } from "../core/firestore";
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
  MAX_RECEIPTS,
  RECEIPT_SECONDS,
} from "./limits";
import { type ProviderErasureDoc, providerErasures } from "./store";

/** A session that was erased, and what providers held of it. */
export interface ErasedSession {
  sessionId: string;
  userId: string;
  call?: Pick<CallRecord, "recording" | "intelligence"> & Partial<Pick<CallRecord, "callSid" | "record">>;
  vapi?: { callId: string | null; isReported?: boolean; otherCallIds?: string[] };
}

/**
 * Has Twilio erase the recording and the transcripts of a session that was erased, and Vapi its calls. Each has a receipt, and
 * is tried again for a week where the provider cannot be told. What of a recorded call Twilio tells only later is looked for
 * after a quarter of an hour; a call at Vapi that may go on is erased once more then, and that the session was erased is
 * noted, for what names it later. Told of again it changes nothing. 1 write each, and 1 write and request more; 1 request more
 * for a recording, and 1 write for a session with Vapi.
 */
export async function eraseAtProviders(
  ctx: Ctx,
  { sessionId, userId, call, vapi }: ErasedSession,
  held = [...knownOf(call), ...callsAt(ctx, vapi)],
): Promise<void> {
  // First: what tells of a call meanwhile is to find it.
  if (vapi) {
    const note = newErasure(ctx, { what: "vapi_session", sid: sessionId, sessionId, userId });
    await noted(ctx, { ...note, dueAt: null });
  }
  for (const one of held) {
    const erasure = newErasure(ctx, { ...one, sessionId, userId });
    const notedAt = await noted(ctx, erasure);
    if (notedAt) await attempt(ctx, erasure, notedAt);
  }
  // Twilio may tell of a recording after this, or never have told of it.
  if (call?.callSid && call.record) {
    const later = newErasure(ctx, { what: "call", sid: call.callSid, sessionId, userId });
    await noted(ctx, { ...later, dueAt: fromNow(ctx, LOOK_LATER_SECONDS) });
  }
}

/** Something that a provider holds. */
type Held = Pick<ProviderErasureDoc, "what" | "sid" | "againAt">;

function knownOf({ recording, intelligence }: NonNullable<ErasedSession["call"]> = {}): Held[] {
  return [
    ...(intelligence?.transcriptSid
      ? [{ what: "transcript" as const, sid: intelligence.transcriptSid }]
      : []),
    ...(recording ? [{ what: "recording" as const, sid: recording.recordingSid }] : []),
  ];
}

/** What has told its whole conversation is over; any other may go on. */
function callsAt(ctx: Ctx, vapi: ErasedSession["vapi"]): Held[] {
  const { callId, isReported = false, otherCallIds = [] } = vapi ?? { callId: null };
  const againAt = fromNow(ctx, LOOK_LATER_SECONDS);
  return [
    ...(callId === null
      ? []
      : [{ what: "vapi_call" as const, sid: callId, ...(isReported ? {} : { againAt }) }]),
    ...otherCallIds.map((sid) => ({ what: "vapi_call" as const, sid, againAt })),
  ];
}

/** Writes down that something is to be erased, which happens once. @returns when; undefined where it was before */
async function noted(ctx: Ctx, erasure: ProviderErasureDoc): Promise<Timestamp | undefined> {
  try {
    return (await providerErasures(ctx.db).doc(erasure.sid).create(erasure)).writeTime;
  } catch (error) {
    if (isAlreadyThere(error)) return undefined;
    throw error;
  }
}

async function erase(ctx: Ctx, erasure: ProviderErasureDoc): Promise<void> {
  const { what, sid, sessionId, userId } = erasure;
  if (what === "vapi_session") return;
  if (what === "vapi_call") {
    const apiKey = requireSetting(ctx.config.VAPI_API_KEY, "VAPI_API_KEY");
    await deleteCall({ baseUrl: ctx.config.VAPI_BASE_URL, apiKey }, sid);
    return;
  }
  const account = await twilioAccount(ctx.config);
  if (what === "recording") await eraseRecording(ctx, account, erasure);
  else if (what === "transcript") await deleteTranscript(account, sid);
  else await eraseAtProviders(ctx, { sessionId, userId }, await heldOfCall(ctx, account, erasure));
}

/** With what was made of it: Twilio may have taken a transcript of which it has not told. */
async function eraseRecording(
  ctx: Ctx,
  account: TwilioAccount,
  { sid, sessionId, userId }: ProviderErasureDoc,
): Promise<void> {
  const [made] = await Promise.allSettled([transcriptsMadeOf(account, [sid])]);
  if (made.status === "fulfilled") await eraseAtProviders(ctx, { sessionId, userId }, made.value);
  await deleteRecording(account, sid);
  // It keeps no recording waiting that its transcripts cannot be found: they are looked for again.
  if (made.status === "rejected") throw made.reason;
}

/** Whatever Twilio holds of a call by now, also by recordings that are erased: Twilio lists those no more. */
async function heldOfCall(
  ctx: Ctx,
  account: TwilioAccount,
  { sid: callSid, sessionId }: ProviderErasureDoc,
): Promise<Held[]> {
  const recordings = await recordingsOf(account, callSid);
  const { docs } = await providerErasures(ctx.db)
    .where("sessionId", "==", sessionId)
    .where("what", "==", "recording")
    .limit(MAX_RECEIPTS)
    .get();
  const known = new Set([...recordings, ...docs.map(({ id }) => id)]);
  return [
    ...(await transcriptsMadeOf(account, [...known])),
    ...recordings.map((sid) => ({ what: "recording" as const, sid })),
  ];
}

/** 1 request each. */
async function transcriptsMadeOf(account: TwilioAccount, recordings: readonly string[]): Promise<Held[]> {
  const found = await Promise.all(recordings.map((sid) => transcriptsOf(account, sid)));
  return found.flat().map((sid) => ({ what: "transcript", sid }));
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
    await attempt(ctx, document.data(), document.updateTime);
  }
}

type Wanted = Pick<ProviderErasureDoc, "what" | "sid" | "sessionId" | "userId" | "againAt">;

/** As it is written down at first: due again soon, should this attempt come to nothing. */
export function newErasure(ctx: Ctx, one: Wanted): ProviderErasureDoc {
  return {
    ...one,
    status: "pending",
    attempts: 0,
    requestedAt: fromNow(ctx, 0),
    dueAt: fromNow(ctx, ERASE_AGAIN_SECONDS[0]),
    expiresAt: fromNow(ctx, RECEIPT_SECONDS),
  };
}

/** @param lastUpdateTime of the erasure as it was read: what has become known of it since is not undone */
async function attempt(ctx: Ctx, erasure: ProviderErasureDoc, lastUpdateTime: Timestamp): Promise<void> {
  const { what, sid, attempts, sessionId } = erasure;
  const settle = async (change: Partial<ProviderErasureDoc>) => {
    try {
      await providerErasures(ctx.db).doc(sid).update(change, { lastUpdateTime });
    } catch (error) {
      if (!isOvertaken(error)) throw error;
    }
  };
  try {
    await erase(ctx, erasure);
  } catch (error) {
    const again = ERASE_AGAIN_SECONDS[attempts + 1];
    const isGivenUp = again === undefined;
    ctx.log[isGivenUp ? "error" : "warn"]("a provider could not be told to erase", {
      what,
      sessionId,
      error,
    });
    return settle({
      attempts: attempts + 1,
      dueAt: isGivenUp ? null : fromNow(ctx, again),
      ...(isGivenUp ? { status: "given_up" } : {}),
    });
  }
  const { againAt } = erasure;
  const isDone = againAt === undefined || againAt.toMillis() <= ctx.now().getTime();
  await settle(isDone ? { status: "erased", erasedAt: fromNow(ctx, 0), dueAt: null } : { dueAt: againAt });
}
