import type { Transaction } from "firebase-admin/firestore";
import { z } from "zod";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { fromNow } from "../core/fromNow";
import { countUse } from "../core/rateLimit";
import { sayAndHangUp } from "../providers/twiml";
import { scenarioFor } from "../scenarios/scenarioFor";
import { openReceivedCall, readPhoneSession } from "../voice/phoneSessions";
import { answerCall } from "./answerCall";
import { DEFAULT_MAX_MINUTES, RECEIVED_WINDOW, SESSION_MARGIN_SECONDS } from "./limits";
import { lineOf } from "./lines";
import type { PhoneNumberDoc } from "./store";
import type { ReceiveInput } from "./webhookSchemas";

const NOT_IN_SERVICE = "I am sorry, this number is not in service. Goodbye.";

const BUSY = "I am sorry, all our lines are busy. Please call again in a minute. Goodbye.";

/**
 * What Twilio shall do with a call that came in: the number called says whose it is and which scenario answers it. Its
 * session has the call's own id, so that Twilio may ask twice. 4 reads, 4 writes; a read more with a user's own scenario.
 */
export async function receiveCall(ctx: Ctx, input: ReceiveInput): Promise<string> {
  const { CallSid, session = CallSid } = input;
  const unavailable = input.session === undefined ? await open(ctx, input) : undefined;
  return unavailable === undefined ? answerCall(ctx, { ...input, session }) : sayAndHangUp(unavailable);
}

/** @returns what the caller is told where nobody answers */
async function open(ctx: Ctx, { CallSid, From, To }: ReceiveInput): Promise<string | undefined> {
  try {
    const line = await lineOf(ctx, To);
    if (!line) throw new AppError("not_found", "Nothing answers this number.");
    await countUse(ctx, { what: "received", by: To, policy: RECEIVED_WINDOW });
    await transact(ctx.db, (tx) => openSession(ctx, tx, { CallSid, From, To }, line));
    return undefined;
  } catch (error) {
    const sentence = apology(error);
    if (sentence === undefined) throw error;
    ctx.log.warn("a call that came in was not answered", { error });
    return sentence;
  }
}

/** What calling again would not mend, or not at once; undefined for what is our failure. */
function apology(error: unknown): string | undefined {
  if (error instanceof z.ZodError) return NOT_IN_SERVICE;
  if (!(error instanceof AppError)) return undefined;
  if (error.code === "rate_limited") return BUSY;
  return ["not_found", "invalid_argument"].includes(error.code) ? NOT_IN_SERVICE : undefined;
}

async function openSession(
  ctx: Ctx,
  tx: Transaction,
  { CallSid, From, To }: Pick<ReceiveInput, "CallSid" | "From" | "To">,
  { userId, scenarioId, variables, language, maxMinutes = DEFAULT_MAX_MINUTES }: PhoneNumberDoc,
): Promise<void> {
  if (await readPhoneSession(ctx, tx, CallSid)) return;
  const scenario = await scenarioFor(ctx, tx, { scenarioId, userId, variables });
  openReceivedCall(ctx, tx, {
    sessionId: CallSid,
    userId,
    scenario,
    language,
    expiresAt: fromNow(ctx, maxMinutes * 60).toDate(),
    call: {
      direction: "inbound",
      callSid: CallSid,
      from: From,
      to: To,
      maxMinutes,
      record: false,
      checkAt: fromNow(ctx, maxMinutes * 60 + SESSION_MARGIN_SECONDS),
    },
  });
}
