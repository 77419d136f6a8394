import { getExpectedBodyHash, getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks";
import { deliver, type WebhookAnswer, withoutFragment, withQuery } from "../delivery.js";
import type { World } from "../world.js";
import type { Transcript } from "./transcript.js";

/** What Twilio's reference lists; the values are what is known of them. */
interface TranscriptEvent extends Record<string, unknown> {
  account_sid: string;
  service_sid: string;
  transcript_sid: string;
  customer_key: string | null;
  event_type: "voice_intelligence_transcript_available";
  encryption_credential_sid: null;
}

/**
 * Tells the application once that a transcript is available, and notes it; undefined when there is no answer. The body is
 * JSON, whose hash is a part of the address that is signed.
 * https://www.twilio.com/docs/conversation-intelligence-classic/api/service-resource#webhookurl and
 * https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */
export async function sendTranscriptWebhook(
  world: World,
  transcript: Transcript,
  to: { url: string; fields: Record<string, unknown>; idempotencyToken: string },
): Promise<WebhookAnswer | undefined> {
  const { webhook } = transcript.input.script;
  const params = { ...eventOf(transcript), ...webhook.fields, ...to.fields };
  const { url, body } = addressed(to.url, webhook.method, params);
  return deliver(
    transcript.deliveries,
    {
      kind: "transcript",
      method: webhook.method,
      url,
      params,
      contentType: "application/json",
      ...(body !== undefined && { body }),
      signature: getExpectedTwilioSignature(world.account.authToken, url, {}),
      idempotencyToken: to.idempotencyToken,
    },
    { signal: world.stopped, timeoutMs: world.webhookTimeoutMs },
  );
}

/** Where to tell of a transcript, if anywhere. */
export function webhookUrl({ publicUrl }: World, { input }: Transcript): string | undefined {
  const { url } = input.script.webhook;
  return url ?? (publicUrl ? `${publicUrl.replace(/\/$/, "")}/twilio/intelligence` : undefined);
}

function addressed(
  url: string,
  method: "GET" | "POST",
  params: Record<string, unknown>,
): { url: string; body?: string } {
  if (method === "GET") {
    const given = Object.entries(params).filter(([, value]) => value !== null && value !== undefined);
    return { url: withQuery(url, Object.fromEntries(given.map(([name, value]) => [name, String(value)]))) };
  }
  const bare = withoutFragment(url);
  const body = JSON.stringify(params);
  return { url: `${bare}${bare.includes("?") ? "&" : "?"}bodySHA256=${getExpectedBodyHash(body)}`, body };
}

function eventOf({ sid, input }: Transcript): TranscriptEvent {
  return {
    account_sid: input.accountSid,
    service_sid: input.serviceSid,
    transcript_sid: sid,
    customer_key: input.customerKey,
    event_type: "voice_intelligence_transcript_available",
    encryption_credential_sid: null,
  };
}
