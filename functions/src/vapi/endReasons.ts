import type { EndReason } from "../voice/schemas";
import { UNTOLD } from "../voice/vapiSessions";

/** By how Vapi's reasons begin, the first that fits. https://docs.vapi.ai/calls/call-ended-reason */
const REASONS: readonly [start: RegExp, reason: EndReason][] = [
  [/^(customer-ended-call|call\.ringing\.sip-inbound-caller-hungup|hangup$)/, "hangup"],
  [/^(assistant-ended-call|assistant-said-end-call-phrase|call\.ending\.hook-executed-say)/, "assistant"],
  [/^(assistant-forwarded-call|call\.(ringing|ending)\.hook-executed-transfer)/, "transferred"],
  [/^call\.in-progress\.(twilio|sip)-completed-call$|^vonage-completed$/, "hangup"],
  [/^exceeded-max-duration$/, "expired"],
  [/^silence-timed-out$/, "idle"],
  [/^voicemail$/, "voicemail"],
  [/^(customer-busy|call\.forwarding\.operator-busy)$/, "busy"],
  [/^(customer-did-not-answer|call\.forwarding\.no-answer)$/, "no_answer"],
  [/^(manually-canceled|scheduled-call-deleted|call-deleted)$/, "canceled"],
];

/** Why a call of Vapi's has ended, in our words: `failed` where it is an error, or nothing that is known here. Pure. */
export function endReasonOf(endedReason: string | undefined): EndReason {
  if (endedReason === undefined) return UNTOLD;
  return REASONS.find(([start]) => start.test(endedReason))?.[1] ?? "failed";
}
