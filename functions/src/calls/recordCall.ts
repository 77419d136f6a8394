import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { requestTranscript, wantedTranscript } from "../transcripts/requestTranscript";
import { CALL_STATUSES, isFinal } from "../voice/callRecord";
import { changeCall, findCall, noteCall } from "../voice/phoneSessions";
import { eventOf, withStatus } from "./callChanges";
import type { RecordingInput, StatusInput } from "./webhookSchemas";

/**
 * Records what a call has become, and ends its session with it. Told twice, or in another order, it comes to the same.
 * 1 write; at its end 1 read and 3 writes.
 * @throws AppError not_found where no session is known
 */
export async function recordCallStatus(ctx: Ctx, input: StatusInput): Promise<undefined> {
  const at = new Date(input.Timestamp ?? Number.NaN);
  const callSid = input.CallSid;
  const told = {
    callSid,
    status: input.CallStatus,
    ...(Number.isNaN(at.getTime()) ? {} : { at }),
    sequence: input.SequenceNumber,
    durationSeconds: input.CallDuration,
  };
  const sessionId = await sessionIdOf(ctx, input);
  const status = CALL_STATUSES.find((known) => known === input.CallStatus);
  if (!status) return;
  if (isFinal(status)) {
    await changeCall(ctx, sessionId, (session) => withStatus(ctx, session, told));
    return;
  }
  await noteCall(ctx, sessionId, { callSid, status, event: eventOf(ctx, told) });
}

/** Records that a call's recording is there. 1 read, 1 write. @throws AppError not_found where no session is known */
export async function recordCallRecording(ctx: Ctx, input: RecordingInput): Promise<undefined> {
  const recording = {
    recordingSid: input.RecordingSid,
    status: input.RecordingStatus,
    ...(input.RecordingDuration === undefined ? {} : { durationSeconds: input.RecordingDuration }),
    ...(input.RecordingChannels === undefined ? {} : { channels: input.RecordingChannels }),
  };
  const sessionId = await sessionIdOf(ctx, input);
  await changeCall(ctx, sessionId, ({ call }) => {
    if (call.callSid !== null && call.callSid !== input.CallSid) return undefined;
    // What is complete does not become incomplete again by a callback that was late.
    if (call.recording?.status === "completed") return undefined;
    return { call: { recording, ...wantedTranscript(ctx, { ...call, recording }) } };
  });
  if (recording.status === "completed") await requestTranscript(ctx, sessionId);
}

async function sessionIdOf(
  ctx: Ctx,
  { session, CallSid }: { session?: string; CallSid: string },
): Promise<string> {
  const sessionId = session ?? (await findCall(ctx, CallSid))?.sessionId;
  if (sessionId === undefined) throw new AppError("not_found", "There is no such call.");
  return sessionId;
}
