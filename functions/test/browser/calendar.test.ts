import assert from "node:assert/strict";
import type { Browser, BrowserContext, Page, Route } from "playwright-core";
import { CALENDAR_SCOPE } from "../../src/providers/googleOAuth";
import { type Account, account } from "../support/assistantApi";
import { launchBrowser } from "../support/browser";
import { countsOf, googleAccount, grantsOf, putEvents } from "../support/google";
import { fromStack } from "../support/stackEnvironment";
import { type CalendarFrontend, FRONTEND, startFrontend } from "./calendarFrontend";

const CONNECTED = `${FRONTEND}/scheduled-meetings?success=true&connected=calendar`;
const HOUR_MS = 60 * 60 * 1_000;
/** Codes, access tokens and refresh tokens begin so. */
const GOOGLE_TOKEN = /4\/0A|4%2F0A|ya29\.|1\/\/0/;
const EVERYTHING_IN_PAGE = `({
  address: location.href,
  referrer: document.referrer,
  name: window.name,
  state: history.state,
  text: document.documentElement.outerHTML,
  session: { ...sessionStorage },
  cookies: document.cookie,
})`;

describe("Connecting a calendar in a real browser", function () {
  this.timeout(90_000);
  let browser: Browser;
  let frontend: CalendarFrontend;
  let user: Account;
  let google: string;
  let context: BrowserContext;
  let page: Page;
  /** Every address of ours that Google has sent the browser back to. */
  let callbacks: string[];

  before(async () => {
    [browser, frontend] = await Promise.all([launchBrowser(), startFrontend()]);
  });
  after(async () => {
    frontend.close();
    await browser.close();
  });
  beforeEach(async () => {
    user = await account();
    google = await googleAccount({ email: user.email, timeZone: "Europe/Berlin" });
    context = await frontend.signIn(browser, user.accessToken);
    page = await context.newPage();
    frontend.visits.length = 0;
    callbacks = [];
    page.on("request", (request) => {
      const url = request.url();
      if (url.startsWith(`${fromStack("HOSTING_URL")}/google-calendar/callback`)) callbacks.push(url);
    });
  });
  afterEach(() => context.close());

  it("Allow leads back to the frontend, which shows the events", async () => {
    const start = new Date(Math.ceil(Date.now() / HOUR_MS + 2) * HOUR_MS);
    const end = new Date(start.getTime() + HOUR_MS);
    await putEvents(google, {
      summary: "Tea with <b>Mary</b> & Ada",
      start: { dateTime: start.toISOString() },
      end: { dateTime: end.toISOString() },
    });
    await goToConsent();
    await press("Allow");
    assert.equal(await arrival(), CONNECTED);
    assert.equal(await status(), "Google Calendar connected successfully!");
    assert.equal(await eventsShown(), "shown");
    assert.deepEqual(await page.locator("li").allTextContents(), [
      `${start.toISOString().replace(".000Z", "Z")} Tea with <b>Mary</b> & Ada`,
    ]);
    assert.equal((await countsOf(google))["token.exchange"], 1);
  });

  it("Deny leads back with a message that a person can read, and nothing is connected", async () => {
    await goToConsent();
    await press("Deny");
    assert.equal(await refusal(), "You have not allowed access to your calendar.");
    assert.equal(await eventsShown(), "Google Calendar is not connected: connect it first.");
    assert.equal((await countsOf(google))["token.exchange"], undefined);
  });

  it("Allow without the calendar is told, and what was allowed is given back", async () => {
    // With one scope alone there is nothing to leave out: Google shows choices where an app asks for more.
    await goToConsent((url) => url.searchParams.set("scope", `openid email ${CALENDAR_SCOPE}`));
    await page.locator(`input[value="${CALENDAR_SCOPE}"]`).uncheck();
    await press("Allow");
    assert.equal(await refusal(), "Access to your calendar was not allowed: connect again and allow it.");
    assert.equal(await eventsShown(), "Google Calendar is not connected: connect it first.");
    assert.deepEqual(await grantsOf(google), []);
  });

  it("a reloaded callback is refused, exchanges nothing and leaves the calendar connected", async () => {
    await goToConsent();
    await press("Allow");
    assert.equal(await arrival(), CONNECTED);
    frontend.visits.length = 0;
    await page.goto(callbacks[0] ?? "");
    assert.equal(await refusal(), "This link has expired or was used before: connect again.");
    assert.equal(await eventsShown(), "shown");
    assert.equal((await countsOf(google))["token.exchange"], 1);
  });

  it("Allow once more after the back button is refused and exchanges nothing", async () => {
    await goToConsent();
    await press("Allow");
    assert.equal(await arrival(), CONNECTED);
    frontend.visits.length = 0;
    await page.goBack();
    await press("Allow");
    assert.equal(await refusal(), "This link has expired or was used before: connect again.");
    assert.equal(await eventsShown(), "shown");
    const { "consent.decide": decided, "token.exchange": exchanged } = await countsOf(google);
    assert.deepEqual({ decided, exchanged }, { decided: 2, exchanged: 1 });
  });

  it("no code, state or token stays in the address, the page or its storage, or is told to the frontend", async () => {
    const known = await context.storageState();
    const addresses: string[] = [];
    page.on("framenavigated", (frame) => addresses.push(frame.url()));
    await context.route(`${fromStack("SIMULATORS_URL")}/google/**`, tellingAllReferrer);
    await goToConsent();
    await press("Allow");
    assert.equal(await arrival(), CONNECTED);
    assert.equal(await eventsShown(), "shown");

    const sent = new URL(callbacks[0] ?? "").searchParams;
    const here = JSON.stringify([
      addresses.filter((url) => url.startsWith(FRONTEND)),
      frontend.visits,
      await page.evaluate(EVERYTHING_IN_PAGE),
    ]);
    for (const name of ["code", "state"]) {
      const secret = sent.get(name)?.split("/").at(-1) || assert.fail(`no ${name} came`);
      assert.ok(!here.includes(secret), `the ${name} is in ${here}`);
    }
    assert.doesNotMatch(here, GOOGLE_TOKEN);
    assert.equal(frontend.visits.at(-1)?.headers.referer, undefined);
    assert.deepEqual(await context.storageState(), known);
  });

  /** Lets the frontend send the browser to Google. @param change what an app might ask otherwise */
  async function goToConsent(change?: (url: URL) => void): Promise<void> {
    await page.goto(FRONTEND);
    await page.getByRole("button", { name: "Connect Google Calendar" }).click();
    await page.waitForURL(`${fromStack("SIMULATORS_URL")}/google/**`);
    if (!change) return;
    const url = new URL(page.url());
    change(url);
    await page.goto(url.href);
  }

  async function press(decision: "Allow" | "Deny"): Promise<void> {
    await page.locator(`input[name="account"][value="${google}"]`).check();
    await page.getByRole("button", { name: decision }).click();
  }

  /** The address at the frontend at which the browser arrives from Google. */
  async function arrival(): Promise<string> {
    await page.waitForURL(`${FRONTEND}/scheduled-meetings`);
    return frontend.visits.at(-1)?.url ?? "";
  }

  async function refusal(): Promise<string> {
    const { origin, pathname, searchParams } = new URL(await arrival());
    assert.equal(origin + pathname, `${FRONTEND}/scheduled-meetings`);
    assert.deepEqual([...searchParams.keys()], ["error", "message"]);
    assert.equal(searchParams.get("error"), "calendar_connection_failed");
    assert.equal(await status(), searchParams.get("message"));
    return searchParams.get("message") ?? "";
  }

  const status = () => page.getByRole("status").textContent();

  /** `shown`, or why there are none. */
  async function eventsShown(): Promise<string | null> {
    await page.locator("body[data-events]").waitFor();
    return page.locator("body").getAttribute("data-events");
  }
});

/** Google's page as careless as it could be with its own address, in which the state is. */
async function tellingAllReferrer(route: Route): Promise<void> {
  if (route.request().method() !== "GET") return route.fallback();
  const response = await route.fetch();
  await route.fulfill({ response, headers: { ...response.headers(), "referrer-policy": "unsafe-url" } });
}
