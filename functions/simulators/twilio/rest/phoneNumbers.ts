import type { Account } from "../account.js";
import { RestRefusal } from "./refusal.js";

const E164 = /^\+[1-9]\d{6,14}$/;

/** Numbers that fail by design: https://www.twilio.com/docs/iam/test-credentials#test-calls */
const MAGIC_TO: Record<string, number> = {
  "+15005550001": 21211,
  "+15005550002": 21214,
  "+15005550003": 21215,
  "+15005550004": 21216,
};
const MAGIC_FROM: Record<string, number> = { "+15005550001": 21212 };

/** The number to call. @throws RestRefusal */
export function calleeOf(to: string | null): string {
  if (!to) throw new RestRefusal(21201);
  if (!E164.test(to)) throw new RestRefusal(21211, to);
  if (MAGIC_TO[to]) throw new RestRefusal(MAGIC_TO[to], to);
  return to;
}

/** The number to call from, which must be the account's. @throws RestRefusal */
export function callerIdOf(from: string | null, account: Account): string {
  if (!from) throw new RestRefusal(21213);
  if (!E164.test(from) || MAGIC_FROM[from]) throw new RestRefusal(21212, from);
  if (account.numbers.length > 0 && !account.numbers.includes(from)) throw new RestRefusal(21210, from);
  return from;
}
