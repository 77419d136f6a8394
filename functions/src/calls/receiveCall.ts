import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { sayAndHangUp } from "../providers/twiml";
import { scenarioFor } from "../scenarios/scenarioFor";
import { openReceivedCall, readPhoneSession } from "../voice/phoneSessions";
import { answerCall } from "./answerCall";
import { after } from "./callChanges";
import { DEFAULT_MAX_MINUTES, SESSION_MARGIN_SECONDS } from "./limits";
import { phoneNumbers } from "./store";
import type { ReceiveInput } from "./webhookSchemas";

const NOT_IN_SERVICE = "I am sorry, this number is not in service. Goodbye.";

/**
 * What Twilio shall do with a call that came in: the number called says whose it is and which scenario answers it. Its
 * session has the call's own id, so that Twilio may ask twice. 3 reads, 4 writes; a read more with a user's own scenario.
 */
export async function receiveCall(ctx: Ctx, input: ReceiveInput): Promise<string> {
  const { CallSid, session = CallSid } = input;
  if (input.session === undefined && !(await open(ctx, input))) return sayAndHangUp(NOT_IN_SERVICE);
  return answerCall(ctx, { ...input, session });
}

/** @returns whether there is somebody to answer */
async function open(ctx: Ctx, { CallSid, From, To }: ReceiveInput): Promise<boolean> {
  const number = (await phoneNumbers(ctx.db).doc(To.replaceAll("/", "")).get()).data();
  if (!number) {
    ctx.log.warn("a call came in for a number that nothing answers");
    return false;
  }
  const { userId, scenarioId, variables, language, maxMinutes = DEFAULT_MAX_MINUTES } = number;
  try {
    await transact(ctx.db, async (tx) => {
      if (await readPhoneSession(ctx, tx, CallSid)) return;
      const scenario = await scenarioFor(ctx, tx, { scenarioId, userId, variables });
      const expiresAt = after(ctx, maxMinutes * 60 + SESSION_MARGIN_SECONDS);
      openReceivedCall(ctx, tx, {
        sessionId: CallSid,
        userId,
        scenario,
        language,
        expiresAt: after(ctx, maxMinutes * 60).toDate(),
        call: {
          direction: "inbound",
          callSid: CallSid,
          from: From,
          to: To,
          maxMinutes,
          record: false,
          checkAt: expiresAt,
        },
      });
    });
    return true;
  } catch (error) {
    // The scenario was deleted, or lacks a value: nothing that calling again would mend.
    if (!(error instanceof AppError && ["not_found", "invalid_argument"].includes(error.code))) throw error;
    ctx.log.error("a call came in for a scenario that cannot be used", { scenarioId, error });
    return false;
  }
}
