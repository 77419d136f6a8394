import { z } from "zod";
import { Call } from "./call/call.js";
import { DEFAULT_TIME_LIMIT_SECONDS, DEFAULT_TIMEOUT_SECONDS } from "./call/callRequest.js";
import { runCall } from "./call/runCall.js";
import { scriptSchema } from "./script.js";
import { readScript } from "./scriptList.js";
import type { World } from "./world.js";

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, { error: "must be in E.164" });
const address = z.url({ protocol: /^https?$/ });

/** The body of `POST /control/twilio/inbound`: someone calls one of the account's numbers. */
export const inboundSchema = z.strictObject({
  from: e164.default("+15005550009"),
  to: e164.optional(),
  /** The number's voice URL; `PUBLIC_URL/twilio/voice/inbound` when left out. */
  url: address.optional(),
  fallbackUrl: address.optional(),
  /** The number's status callback, which is told of the end alone; `PUBLIC_URL/twilio/voice/status` when left out. */
  statusCallback: address.optional(),
  /** What this caller does; otherwise the script that is set. */
  script: scriptSchema.optional(),
});

export type InboundInput = z.input<typeof inboundSchema>;

/** Starts an inbound call. @throws Error when there is no address to send it to */
export function startInbound(
  world: World,
  { from, to, url, fallbackUrl, statusCallback, script }: z.output<typeof inboundSchema>,
  apiUrl: string,
): Call {
  const voiceUrl = url ?? defaultUrl(world, "inbound");
  if (!voiceUrl) throw new Error("url is required where PUBLIC_URL is not set.");
  const statusUrl = statusCallback ?? (url ? undefined : defaultUrl(world, "status"));
  const call = new Call({
    request: {
      from,
      to: to ?? world.account.numbers[0] ?? "+15005550006",
      source: { url: voiceUrl, method: "POST" },
      fallback: fallbackUrl === undefined ? undefined : { url: fallbackUrl, method: "POST" },
      statusCallback: statusUrl === undefined ? undefined : { url: statusUrl, method: "POST" },
      statusEvents: ["completed"],
      timeoutSeconds: DEFAULT_TIMEOUT_SECONDS,
      timeLimitSeconds: DEFAULT_TIME_LIMIT_SECONDS,
    },
    script: script ? readScript(script) : world.scripts.for(from),
    direction: "inbound",
    accountSid: world.account.sid,
    apiUrl,
  });
  runCall(world, call);
  return call;
}

function defaultUrl({ publicUrl }: World, what: string): string | undefined {
  return publicUrl && `${publicUrl.replace(/\/$/, "")}/twilio/voice/${what}`;
}
