import type { Call } from "../call/call.js";
import { rfc2822 } from "../dates.js";

/** A call as the REST API shows it: https://www.twilio.com/docs/voice/api/call-resource#call-properties */
export function callResource(call: Call) {
  const { request, input, sid } = call;
  const uri = `/2010-04-01/Accounts/${input.accountSid}/Calls/${sid}`;
  const changedAt = call.history.at(-1)?.at ?? call.createdAt;
  const startedAt = call.dialledAt ?? call.answeredAt;
  return {
    sid,
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(changedAt),
    parent_call_sid: input.parentCallSid ?? null,
    account_sid: input.accountSid,
    to: request.to,
    to_formatted: request.to,
    from: request.from,
    from_formatted: request.from,
    phone_number_sid: null,
    // A call that was initiated is still queued in the resource.
    status: call.status === "initiated" ? "queued" : call.status,
    start_time: startedAt === undefined ? null : rfc2822(startedAt),
    end_time: call.endedAt === undefined ? null : rfc2822(call.endedAt),
    duration: call.endedAt === undefined ? null : String(call.durationSeconds),
    price: priceOf(call),
    price_unit: "USD",
    direction: input.direction,
    answered_by: call.answeredBy ?? null,
    annotation: null,
    api_version: "2010-04-01",
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: "0",
    trunk_sid: "",
    uri: `${uri}.json`,
    subresource_uris: { recordings: `${uri}/Recordings.json` },
  };
}

/** Known only some time after the end, and never for a call that was not answered. */
function priceOf({ endedAt, answeredAt, script }: Call): string | null {
  if (endedAt === undefined || answeredAt === undefined) return null;
  return Date.now() >= endedAt + script.price.afterMs ? script.price.amount : null;
}
