import assert from "node:assert/strict";
import { type GoogleSimulator, startGoogleSimulator } from "../../simulators/google/server";
import { beginConnection } from "../../src/calendar/beginConnection";
import { completeConnection } from "../../src/calendar/completeConnection";
import type { Ctx } from "../../src/core/ctx";
import { ConsentPage } from "../simulators/google/consent";
import { type TestWorld, testWorld } from "./testCtx";

const REDIRECT = "http://localhost:4999/callback";
export const FRONTEND = "https://app.test";

/** Users and their calendars: a world with a Google of its own, both by one clock. */
export interface CalendarWorld {
  world: TestWorld;
  google: GoogleSimulator;
  as(uid: string, settings?: Record<string, string | undefined>): Ctx;
  system: Ctx;
  /** Connects a user's calendar as a browser would, with an account that is made for it. */
  connect(uid: string, timeZone?: string, more?: { pageSizeMax?: number }): Promise<string>;
}

/** @param start when the clock begins */
export async function calendarWorld(start = new Date()): Promise<CalendarWorld> {
  const world = testWorld(start);
  const google = await startGoogleSimulator({ now: () => world.now().getTime() });
  const settings = {
    GOOGLE_CLIENT_ID: google.client.clientId,
    GOOGLE_CLIENT_SECRET: google.client.clientSecret,
    GOOGLE_REDIRECT_URI: REDIRECT,
    GOOGLE_API_BASE_URL: google.url,
    GOOGLE_OAUTH_BASE_URL: google.url,
    FRONTEND_URL: FRONTEND,
  };
  const as = (uid?: string, more: Record<string, string | undefined> = {}) =>
    world.configured({ ...settings, ...more }, uid);
  return {
    world,
    google,
    as,
    system: as(),
    async connect(uid, timeZone = "America/New_York", more = {}) {
      const account = `${uid}@example.com`;
      google.addAccount({ email: account, name: uid, timeZone, ...more });
      const to = await completeConnection(as(), await consent(as(uid), account));
      assert.equal(to, `${FRONTEND}/scheduled-meetings?success=true&connected=calendar`);
      return account;
    },
  };
}

/** What Google sends a user back with, who has pressed a button. */
export async function consent(
  ctx: Ctx,
  account: string,
  { decision = "allow", without = [] }: { decision?: "allow" | "deny"; without?: string[] } = {},
): Promise<Record<string, string>> {
  const { authorization_url } = await beginConnection(ctx);
  const back = await (await ConsentPage.open(authorization_url)).press(decision, { account, without });
  assert.equal(back.origin + back.pathname, REDIRECT);
  return Object.fromEntries(back.searchParams);
}
