/** So many events in so many seconds. */
export interface WindowPolicy {
  limit: number;
  windowSeconds: number;
}

/** The verdict on one more event. */
export type WindowVerdict =
  | { allowed: true; remaining: number /** To be stored for the next decision. */; times: number[] }
  | { allowed: false; retryAfterSeconds: number };

/**
 * Decides whether one more event fits a sliding window, exactly. Pure: the caller reads and stores `times` in one
 * Firestore transaction, which is what makes the limit hold across instances.
 * @param times when earlier events happened, ms since the epoch; anything but an array of numbers counts as none
 * @param now ms since the epoch
 */
export function slidingWindow(times: unknown, now: number, policy: WindowPolicy): WindowVerdict {
  const windowMs = policy.windowSeconds * 1_000;
  const recent = (Array.isArray(times) ? times : [])
    .filter(
      (time): time is number => typeof time === "number" && time > now - windowMs && time <= now + windowMs,
    )
    .sort((a, b) => a - b);
  if (recent.length < policy.limit) {
    return { allowed: true, remaining: policy.limit - recent.length - 1, times: [...recent, now] };
  }
  // The event that must leave the window before one more fits; the limit may have been lowered meanwhile.
  const blocking = recent[recent.length - policy.limit] ?? now;
  return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil((blocking + windowMs - now) / 1_000)) };
}
