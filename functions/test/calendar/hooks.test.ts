import assert from "node:assert/strict";
import axios, { type AxiosError, type AxiosInstance } from "axios";
import { after, before, beforeEach, describe, it } from "mocha";
import { createElement, useEffect, useState } from "react";
import { act, create } from "react-test-renderer";
import { type Account, account, fromElsewhere } from "../support/assistantApi";
import { connectCalendar, consentAt, followBack, googleAccount, putEvents } from "../support/google";
import { freshPhone, scriptPhone } from "../support/phone";
import { fromStack } from "../support/stackEnvironment";

// A web app as the integration guide builds it: a hook for the calendar, and an effect where Google sends the user back.

interface CalendarEvent {
  id: string;
  summary: string;
  start: string;
  end: string;
  location: string | null;
  description: string | null;
}
interface CalendarCall {
  status: string;
  call_sid: string;
  message: string;
  phone_number: string;
}
/** What a browser has that this process has not. */
interface Browser {
  location: { href: string };
  toasts: { kind: "success" | "error"; text: string }[];
  errors: unknown[];
}

function makeClient(token: string): AxiosInstance {
  return axios.create({
    baseURL: fromStack("HOSTING_URL"),
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}`, ...fromElsewhere() },
    timeout: 10_000,
  });
}

function useGoogleCalendar(client: AxiosInstance, { location, errors }: Browser) {
  const [events, setEvents] = useState<CalendarEvent[]>([]);
  const [loading, setLoading] = useState(false);
  const initiateOAuth = async () => {
    const { data } = await client.get<{ authorization_url: string }>("/google-calendar/auth");
    location.href = data.authorization_url;
  };
  const loadEvents = async () => {
    setLoading(true);
    try {
      setEvents((await client.get<CalendarEvent[]>("/google-calendar/events")).data);
    } catch (error) {
      errors.push(error);
    } finally {
      setLoading(false);
    }
  };
  const makeCalendarCall = async (phoneNumber: string) =>
    (await client.get<CalendarCall>(`/make-calendar-call-scenario/${phoneNumber}`)).data;
  return { events, loading, initiateOAuth, loadEvents, makeCalendarCall };
}

function useCalendarOutcome(arrived: string, { toasts }: Browser) {
  const [searchParams, setSearchParams] = useState(new URLSearchParams(arrived));
  useEffect(() => {
    const error = searchParams.get("error");
    if (searchParams.get("success") === "true" && searchParams.get("connected") === "calendar") {
      toasts.push({ kind: "success", text: "Google Calendar connected successfully!" });
      setSearchParams(new URLSearchParams());
    } else if (error) {
      const text = searchParams.get("message") || "Failed to connect Google Calendar";
      toasts.push({ kind: "error", text });
      setSearchParams(new URLSearchParams());
    }
  }, [searchParams, toasts]);
  return searchParams;
}

/** Renders a hook and gives all that it returned, the latest last. */
function render<T>(hook: () => T): T[] {
  const returned: T[] = [];
  const Host = () => {
    returned.push(hook());
    return null;
  };
  act(() => void create(createElement(Host)));
  return returned;
}

const lastOf = <T>(returned: T[]): T => returned.at(-1) ?? assert.fail("It was not rendered.");

describe("a web app with a hook for Google Calendar", () => {
  let user: Account;
  let browser: Browser;
  let hook: ReturnType<typeof useGoogleCalendar>[];
  before(() => Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true }));
  after(() => Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false }));
  beforeEach(async () => {
    user = await account();
    browser = { location: { href: "" }, toasts: [], errors: [] };
    const client = makeClient(user.accessToken);
    hook = render(() => useGoogleCalendar(client, browser));
  });

  /** Leaves for Google, decides there, and renders the effect where the user arrives. */
  async function decide(decision: "allow" | "deny", google: string): Promise<URLSearchParams[]> {
    await act(() => lastOf(hook).initiateOAuth());
    const back = await consentAt(browser.location.href, { account: google, decision });
    const arrived = await followBack(back);
    assert.equal(arrived.origin + arrived.pathname, "http://localhost:5173/scheduled-meetings");
    return render(() => useCalendarOutcome(arrived.search, browser));
  }

  it("goes to Google, comes back connected, and loads the events in the guide's shape", async () => {
    const google = await googleAccount({ timeZone: "America/New_York" });
    const [id] = await putEvents(google, {
      summary: "Team Meeting",
      start: { dateTime: "2124-01-15T09:00:00-05:00" },
      end: { dateTime: "2124-01-15T10:00:00-05:00" },
      location: "Conference Room A",
      description: "Weekly team sync",
    });
    const parameters = await decide("allow", google);
    assert.deepEqual(browser.toasts, [{ kind: "success", text: "Google Calendar connected successfully!" }]);
    assert.equal(lastOf(parameters).size, 0);

    await act(() => lastOf(hook).loadEvents());
    assert.deepEqual(browser.errors, []);
    assert.partialDeepStrictEqual(lastOf(hook).events, [
      {
        id,
        summary: "Team Meeting",
        start: "2124-01-15T14:00:00Z",
        end: "2124-01-15T15:00:00Z",
        location: "Conference Room A",
        description: "Weekly team sync",
      },
    ]);
    const loadings = hook.map(({ loading }) => loading);
    assert.deepEqual([loadings[0], loadings.includes(true), loadings.at(-1)], [false, true, false]);
  });

  it("comes back from a refusal with something to tell, and has no events", async () => {
    const parameters = await decide("deny", await googleAccount());
    assert.deepEqual(browser.toasts, [
      { kind: "error", text: "You have not allowed access to your calendar." },
    ]);
    assert.equal(lastOf(parameters).size, 0);

    await act(() => lastOf(hook).loadEvents());
    assert.deepEqual([lastOf(hook).events, lastOf(hook).loading], [[], false]);
    const [{ response }] = browser.errors as [AxiosError];
    assert.equal(response?.status, 404);
    assert.deepEqual(response?.data, {
      detail: "Google Calendar is not connected: connect it first.",
      status_code: 404,
    });
  });

  it("places a call that knows the calendar, and is told what became of it in the guide's shape", async () => {
    const phone = freshPhone();
    await scriptPhone(phone, { answer: "no-answer", ringMs: 20 });
    await connectCalendar(user);
    const { call_sid, ...told } = await lastOf(hook).makeCalendarCall(phone);
    assert.match(call_sid, /^CA[0-9a-f]{32}$/);
    assert.partialDeepStrictEqual(told, {
      status: "success",
      message: "Calendar call initiated",
      phone_number: phone,
    });
  });

  it("is told to connect first where a call would need the calendar", async () => {
    await assert.rejects(lastOf(hook).makeCalendarCall(freshPhone()), (error: AxiosError) => {
      assert.equal(error.response?.status, 404);
      assert.deepEqual(error.response?.data, {
        detail: "Google Calendar is not connected: connect it first.",
        status_code: 404,
      });
      return true;
    });
  });
});
