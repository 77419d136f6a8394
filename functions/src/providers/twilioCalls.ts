import type { CallInstance } from "twilio/lib/rest/api/v2010/account/call";
import { AppError } from "../core/errors";
import type { TwilioAccount } from "./twilioClient";
import { type AnsweredFailure, answeredFailure, described } from "./twilioFailure";

/** A call to be placed. */
export interface PlacedCall {
  /** E.164 */
  to: string;
  /** Where Twilio asks what to do once the call is answered. */
  answerUrl: string;
  statusUrl: string;
  recordingUrl: string;
  record: boolean;
  maxMinutes: number;
  ringSeconds: number;
  /** Where Twilio tells whether a person or a machine has answered, while the call goes on. */
  answeredByUrl: string;
  /** A machine is told of once its greeting is over, after the tone; else as soon as it is known to be one. */
  awaitsTone: boolean;
}

/** How Twilio knows a call. */
export interface KnownCall {
  callSid: string;
  status: string;
  durationSeconds?: number;
  price?: Price;
}

/** What Twilio takes, at least 0. */
export interface Price {
  amount: number;
  unit: string;
}

/**
 * `refused`: there is no call, with provider_unavailable where the same one may be taken a moment later. `unknown`: there may
 * be one, so it must not be placed again.
 */
export type Placing =
  | { outcome: "placed"; call: KnownCall }
  | { outcome: "refused"; error: AppError; code: string }
  | { outcome: "unknown"; cause: unknown };

/** Twilio's codes for numbers that it cannot or may not call. https://www.twilio.com/docs/api/errors */
const UNCALLABLE = new Set([13_223, 13_224, 13_225, 21_211, 21_214, 21_215, 21_216, 21_217, 21_219]);
/** Failures of the network after which nothing was sent. */
const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);
/** Likewise while connecting; a connection may meet with them later, too. */
const UNREACHABLE = new Set(["EHOSTUNREACH", "ENETUNREACH"]);

/** Places a call, once: what is not known to have failed is not tried again. */
export async function placeCall({ client, phoneNumber }: TwilioAccount, call: PlacedCall): Promise<Placing> {
  try {
    const placed = await client.calls.create({
      to: call.to,
      from: phoneNumber,
      url: call.answerUrl,
      method: "POST",
      statusCallback: call.statusUrl,
      statusCallbackMethod: "POST",
      statusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
      timeout: call.ringSeconds,
      timeLimit: call.maxMinutes * 60,
      machineDetection: call.awaitsTone ? "DetectMessageEnd" : "Enable",
      // Without it the person called would hear nothing while it is being found out.
      asyncAmd: "true",
      asyncAmdStatusCallback: call.answeredByUrl,
      asyncAmdStatusCallbackMethod: "POST",
      ...(call.record
        ? {
            record: true,
            recordingChannels: "dual",
            recordingStatusCallback: call.recordingUrl,
            recordingStatusCallbackMethod: "POST",
          }
        : {}),
    });
    return { outcome: "placed", call: knownCall(placed) };
  } catch (error) {
    return failedPlacing(error);
  }
}

function failedPlacing(error: unknown): Placing {
  const failure = answeredFailure(error);
  if (failure && failure.status < 500) {
    return { outcome: "refused", error: refusalOf(failure), code: String(failure.code ?? failure.status) };
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const wasSent = !NEVER_SENT.has(code) && !(UNREACHABLE.has(code) && isOfConnecting(error));
  if (!failure && !wasSent) return { outcome: "refused", error: unavailable(error), code };
  return { outcome: "unknown", cause: failure ? described(failure) : error };
}

/** What the SDK's client failed with is the cause of its own error. */
function isOfConnecting(error: unknown): boolean {
  const { cause } = error as Error;
  return cause instanceof Error && "syscall" in cause && cause.syscall === "connect";
}

function refusalOf(failure: AnsweredFailure): AppError {
  const cause = described(failure);
  if (failure.code !== undefined && UNCALLABLE.has(failure.code)) {
    return new AppError("invalid_argument", "phone_number: cannot be called", {
      details: { field: "phone_number" },
      cause,
    });
  }
  if (failure.status === 429) return unavailable(cause);
  return new AppError("provider_failed", "The phone provider refused the call.", { cause });
}

function unavailable(cause: unknown): AppError {
  return new AppError("provider_unavailable", "Calls cannot be placed right now: try again in a moment.", {
    details: { retryAfterSeconds: 5 },
    cause,
  });
}

/** How a call stands. @returns undefined where Twilio knows none @throws whatever the network or Twilio fails with */
export async function fetchCall({ client }: TwilioAccount, callSid: string): Promise<KnownCall | undefined> {
  try {
    return knownCall(await client.calls(callSid).fetch());
  } catch (error) {
    const failure = answeredFailure(error);
    if (failure?.status === 404) return undefined;
    throw failure ? described(failure) : error;
  }
}

/** The calls that `<Dial>` has placed within a call: each has a price of its own. @throws as `fetchCall` does */
export async function legsOf({ client }: TwilioAccount, callSid: string): Promise<KnownCall[]> {
  try {
    return (await client.calls.list({ parentCallSid: callSid, limit: 20 })).map(knownCall);
  } catch (error) {
    const failure = answeredFailure(error);
    throw failure ? described(failure) : error;
  }
}

/** The calls that the account has placed to a number, which began in these minutes. */
export async function callsTo(
  { client, phoneNumber }: TwilioAccount,
  { to, after, before }: { to: string; after: Date; before: Date },
): Promise<KnownCall[]> {
  const found = await client.calls.list({ to, from: phoneNumber, startTimeAfter: dayOf(after), limit: 200 });
  const within = found.filter(
    ({ dateCreated, direction }) =>
      direction === "outbound-api" && dateCreated >= after && dateCreated <= before,
  );
  return within.map(knownCall);
}

/** Twilio takes the day alone into account. */
function dayOf(time: Date): Date {
  return new Date(time.toISOString().slice(0, 10));
}

/** Hangs up, whether the call was answered or is still ringing; one that is over stays so. */
export async function hangUpCall({ client }: TwilioAccount, callSid: string): Promise<void> {
  try {
    await client.calls(callSid).update({ status: "completed" });
  } catch (error) {
    // 21220: the call is not in progress any more; 404: Twilio keeps calls for months, not for ever.
    const failure = answeredFailure(error);
    if (failure?.code === 21_220 || failure?.status === 404) return;
    throw failure ? described(failure) : error;
  }
}

function knownCall({ sid, status, duration, price, priceUnit }: CallInstance): KnownCall {
  const amount = price === null || price === undefined || price === "" ? Number.NaN : Number(price);
  return {
    callSid: sid,
    status,
    ...(duration ? { durationSeconds: Number(duration) } : {}),
    // Twilio counts what it takes as negative.
    ...(Number.isFinite(amount) ? { price: { amount: Math.abs(amount), unit: priceUnit ?? "USD" } } : {}),
  };
}
