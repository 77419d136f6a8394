import { BadRequestError, NotFoundError } from "openai";
import type { RealtimeSessionCreateRequest } from "openai/resources/realtime/realtime";
import { AppError } from "../core/errors";
import { keyIdOf, keysWith } from "./keyId";
import { KeyPool } from "./keyPool";
import { type OpenAiAccess, providerFailed, type RequestOptions, requestOpenAi } from "./openAi";

/** A WebRTC call that was begun. */
export interface RealtimeCall {
  /** `rtc_…` */
  callId: string;
  /** Of the key that it was made with, to whose project it is known. */
  keyId: string;
  /** The SDP answer for the client. */
  sdp: string;
}

/** An answer is a few KB. */
const MAX_ANSWER_CHARACTERS = 256 * 1_024;

/**
 * Gives a client's SDP offer to the model. One request, with each key of the pool until one works.
 * https://developers.openai.com/api/docs/guides/realtime-webrtc
 * @throws AppError invalid_argument where the offer is not taken; not_configured, provider_unavailable, provider_failed
 */
export async function createCall(
  access: OpenAiAccess,
  { sdp, session }: { sdp: string; session: object },
  options: RequestOptions,
): Promise<RealtimeCall> {
  const body = { sdp, session: session as RealtimeSessionCreateRequest };
  const call = await requestOpenAi(access, options, async (client, init) => {
    try {
      const response = await client.realtime.calls.create(body, init);
      const location = response.headers.get("location") ?? "";
      return { location, answer: await response.text(), keyId: keyIdOf(String(client.apiKey)) };
    } catch (error) {
      throw error instanceof BadRequestError ? notTaken() : error;
    }
  });
  const callId = /\/(rtc_[\w-]{1,120})$/.exec(call.location)?.[1];
  const isAnswer = call.answer.startsWith("v=0") && call.answer.length <= MAX_ANSWER_CHARACTERS;
  if (!callId || !isAnswer) throw providerFailed(new Error("the answer to the offer is unreadable"));
  return { callId, keyId: call.keyId, sdp: call.answer };
}

/**
 * Ends a call; one that is over is left as it is.
 * @throws AppError not_configured without a key; and where the key that may know the call failed
 */
export async function hangUpCall(
  access: OpenAiAccess,
  { callId, keyId }: Pick<RealtimeCall, "callId" | "keyId">,
  options: RequestOptions,
): Promise<void> {
  const keys = keysWith(access.keys, keyId).order(Date.now());
  if (keys.length === 0)
    throw new AppError("not_configured", "OPENAI_API_KEY is not configured on the server.");
  let failure: unknown;
  for (const key of keys) {
    try {
      const isKnown = await hangUpWith({ ...access, keys: new KeyPool([key]) }, callId, options);
      if (isKnown) return;
    } catch (error) {
      failure = error;
    }
  }
  if (failure) throw failure;
}

/** @returns whether this key knew of such a call */
function hangUpWith(access: OpenAiAccess, callId: string, options: RequestOptions): Promise<boolean> {
  return requestOpenAi(access, options, async (client, init) => {
    try {
      await client.realtime.calls.hangup(callId, init);
      return true;
    } catch (error) {
      if (error instanceof NotFoundError) return false;
      throw error;
    }
  });
}

function notTaken(): AppError {
  return new AppError("invalid_argument", "sdp: is no offer that the voice model can answer", {
    details: { field: "sdp" },
  });
}
