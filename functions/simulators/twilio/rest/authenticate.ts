import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Account } from "../account.js";
import { RestRefusal } from "./refusal.js";

const ACCOUNT = /^\/2010-04-01\/Accounts\/(AC[0-9a-f]{32})(\/.*)$/;
/** Of these the account is the one that asks. */
const WITHOUT_ACCOUNT = /^\/v2\//;

/**
 * Checks the account's sid and token, and gives the path below the account, if it is one. A recording's sound needs
 * neither, as Twilio has it unless an account is told otherwise. @throws RestRefusal
 */
export function authenticate(account: Account, request: IncomingMessage, path: string): string | undefined {
  const [, sid, below = ""] = ACCOUNT.exec(path) ?? [];
  const given = request.headers.authorization;
  const isPublic = request.method === "GET" && /\/Recordings\/RE[0-9a-f]{32}(\.wav)?$/.test(below);
  if (given === undefined ? !isPublic : !isRight(account, given)) throw new RestRefusal(20003);
  if (WITHOUT_ACCOUNT.test(path)) return undefined;
  if (sid !== account.sid) throw new RestRefusal(20404, path);
  return below;
}

function isRight({ sid, authToken }: Account, given: string): boolean {
  const expected = Buffer.from(`Basic ${Buffer.from(`${sid}:${authToken}`).toString("base64")}`);
  const actual = Buffer.from(given);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
