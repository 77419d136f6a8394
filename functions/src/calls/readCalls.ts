import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { CALL_STATUSES, type CallRecord, isMachine, statusOf } from "../voice/callRecord";
import { findCall, listCallsOf, type PhoneSession } from "../voice/phoneSessions";
import type { Call, CallRef, ListCallsInput, ListCallsOutput, VoicemailOutcome } from "./schemas";

/** One of one's own calls. 1 read. @throws AppError not_found, also for another user's */
export async function getCall(ctx: Ctx, input: CallRef): Promise<Call> {
  return toCall(await readOwnCall(ctx, input.call_sid));
}

/** @throws AppError not_found for a missing call and for another user's alike */
export async function readOwnCall(ctx: Ctx, callSid: string): Promise<PhoneSession> {
  const { uid } = requireCaller(ctx);
  const session = await findCall(ctx, callSid);
  if (session?.userId !== uid) throw new AppError("not_found", "Call not found");
  return session;
}

/** One's own calls, newest first. Reads at most one document more than it returns. */
export async function listCalls(ctx: Ctx, input: ListCallsInput): Promise<ListCallsOutput> {
  const { uid } = requireCaller(ctx);
  const { shown, nextCursor } = await listCallsOf(ctx, { userId: uid, ...input });
  return { calls: shown.map(toCall), ...(nextCursor === undefined ? {} : { nextCursor }) };
}

function toCall({ call, ...session }: PhoneSession): Call {
  const voicemail = voicemailOutcome({ call, ...session });
  const answered = call.statuses["in-progress"]?.at;
  const { recording, price } = call;
  return {
    call_sid: call.callSid,
    session_id: session.sessionId,
    status: statusOf(call) ?? "unconfirmed",
    direction: call.direction,
    from: call.from,
    to: call.to,
    scenario: session.scenario?.scenarioId ?? "",
    ...(session.language ? { language: session.language } : {}),
    record: call.record,
    max_minutes: call.maxMinutes,
    created_at: session.createdAt.toDate().toISOString(),
    ...(answered ? { answered_at: answered.toDate().toISOString() } : {}),
    ...(session.endedAt ? { ended_at: session.endedAt.toDate().toISOString() } : {}),
    ...(session.endReason ? { end_reason: session.endReason } : {}),
    ...(call.answeredBy ? { answered_by: call.answeredBy } : {}),
    ...(voicemail ? { voicemail } : {}),
    ...(call.durationSeconds === undefined ? {} : { duration: call.durationSeconds }),
    ...(price ? { price: price.amount, price_unit: price.unit } : {}),
    status_history: historyOf(call),
    ...(recording ? { recording: shownRecording(recording) } : {}),
  };
}

/** undefined where no machine has answered, and while its message is being left. */
function voicemailOutcome({ call, scenario, status, endReason }: PhoneSession): VoicemailOutcome | undefined {
  if (!isMachine(call.answeredBy)) return undefined;
  if (scenario?.onVoicemail === "hang_up" || call.answeredBy === "fax") {
    return endReason === "voicemail" ? "hung_up" : undefined;
  }
  if (scenario?.onVoicemail !== "leave_message") return "carried_on";
  if (status === "active") return undefined;
  return endReason === "voicemail" ? "message_left" : "message_not_left";
}

/** In the order in which a call becomes what it is, whatever the order in which it was told. */
function historyOf({ statuses }: CallRecord): Call["status_history"] {
  return CALL_STATUSES.flatMap((status) => {
    const event = statuses[status];
    return event ? [{ status, at: event.at.toDate().toISOString() }] : [];
  });
}

function shownRecording({ recordingSid, status, durationSeconds }: NonNullable<CallRecord["recording"]>) {
  return {
    recording_sid: recordingSid,
    status,
    ...(durationSeconds === undefined ? {} : { duration: durationSeconds }),
  };
}
