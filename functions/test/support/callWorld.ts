import assert from "node:assert/strict";
import { firebaseAuth } from "../../src/core/firebaseAuth";
import { fromStack } from "./stackEnvironment";
import { testWorld } from "./testCtx";

/**
 * A world with the stack's simulated phone network, whose callbacks never arrive: nobody listens there.
 * @param settings on top of Twilio's
 */
export function callWorld(settings: Record<string, string> = {}, start = new Date()) {
  const world = testWorld(start);
  const names = ["ACCOUNT_SID", "AUTH_TOKEN", "PHONE_NUMBER", "API_BASE_URL"].map((name) => `TWILIO_${name}`);
  const all = {
    ...Object.fromEntries(names.map((name) => [name, fromStack(name)])),
    PUBLIC_URL: "http://127.0.0.1:9",
    CALL_HOURS: "00:00-24:00",
    ...settings,
  };
  return {
    world,
    as: (uid: string) => world.configured(all, uid),
    system: world.configured(all),
  };
}

/** Lets these users have accounts, without which nothing is dialled that they have scheduled; again it changes nothing. */
export async function withAccounts(...uids: string[]): Promise<void> {
  const { errors } = await (await firebaseAuth()).importUsers(uids.map((uid) => ({ uid })));
  assert.deepEqual(
    errors.filter(({ error }) => !error.message.includes("existing account")),
    [],
  );
}
