import type { Ctx } from "../core/ctx";
import { isHungUpOn } from "../voice/callRecord";
import { endSession } from "../voice/endSession";
import { findPhoneSession, noteCall } from "../voice/phoneSessions";
import type { AnsweredByInput } from "./webhookSchemas";

/**
 * Records who has answered a call. Where that is a machine, the scenario decides: the call ends, or the relay, which
 * watches the session, leaves the message or, should we fail in between, ends it too. Told twice, it comes to the same. 1 read, 1 write; 1 read and 2 writes more
 * at an end.
 */
export async function recordAnsweredBy(ctx: Ctx, input: AnsweredByInput): Promise<undefined> {
  const session = await findPhoneSession(ctx, input.session);
  if (!session || (session.call.callSid !== null && session.call.callSid !== input.CallSid)) return;
  const { answeredBy = input.AnsweredBy } = session.call;
  if (session.call.answeredBy === undefined) {
    await noteCall(ctx, input.session, { callSid: input.CallSid, answeredBy });
  }
  if (isHungUpOn({ answeredBy }, session.scenario?.onVoicemail))
    await endSession(ctx, input.session, "voicemail");
}
