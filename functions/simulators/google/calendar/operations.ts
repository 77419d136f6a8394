import { type Answer, type ApiRequest, type Family, type Operation, pickParams } from "../api.js";
import type { FaultAnswer } from "../faults.js";
import { authorize, bearerOf } from "./authorize.js";
import type { CalendarRequest } from "./calendarRequest.js";
import { getCalendar, getListedCalendar, getSetting, listCalendars } from "./calendars.js";
import { queryFreeBusy } from "./freeBusy.js";
import { calendarError } from "./refusals.js";
import * as scopes from "./scopes.js";
import { getEvent, listEvents, listInstances } from "./showEvents.js";
import { deleteEvent, insertEvent, patchEvent, updateEvent } from "./writeEvents.js";

const HIDDEN = ["access_token", "oauth_token", "key"];

/** What a failure is for when it has no reason of its own. */
const REASONS: Record<number, [reason: string, message: string, domain?: string]> = {
  401: ["authError", "Invalid Credentials"],
  403: ["rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"],
  404: ["notFound", "Not Found"],
  409: ["conflict", "Conflict"],
  410: ["deleted", "Resource has been deleted"],
  412: ["conditionNotMet", "Precondition Failed"],
  429: ["rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"],
};
const MESSAGES: Record<string, [message: string, domain: string]> = {
  userRateLimitExceeded: ["User Rate Limit Exceeded", "usageLimits"],
  quotaExceeded: ["Calendar usage limits exceeded.", "usageLimits"],
  fullSyncRequired: ["Sync token is no longer valid, a full sync is required.", "calendar"],
};

const FAMILY: Family = {
  callerOf: bearerOf,
  shownParams: ({ query }) => pickParams(query, (name) => !HIDDEN.includes(name)),
  fail: failAsCalendar,
};

function failAsCalendar({ status, reason, message, retryAfterSeconds }: FaultAnswer): Answer {
  const [usual, text, domain] = REASONS[status] ?? ["backendError", "Backend Error"];
  const [ownText, ownDomain] = MESSAGES[reason ?? ""] ?? [];
  const answer = calendarError(status, {
    reason: reason ?? usual,
    message: message ?? ownText ?? text,
    domain: ownDomain ?? domain ?? "global",
  });
  if (retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { "Retry-After": String(retryAfterSeconds) } };
}

function operation(
  name: string,
  [method, path]: [Operation["method"], path: string],
  needed: readonly string[],
  run: (request: CalendarRequest) => Answer,
): Operation {
  return {
    method,
    path: new RegExp(`^/calendar/v3${path.replaceAll("*", "([^/]+)")}$`),
    name: () => name,
    family: FAMILY,
    run: (request: ApiRequest) => run({ ...request, account: authorize(request, methodOf(name), needed) }),
  };
}

/** `events.list` as Google's errors have it: `Events.List`. */
function methodOf(name: string): string {
  return name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

const EVENTS = "/calendars/*/events";
const EVENT = `${EVENTS}/*`;

export const CALENDAR_OPERATIONS: Operation[] = [
  operation("events.list", ["GET", EVENTS], scopes.READ_EVENTS, listEvents),
  operation("events.get", ["GET", EVENT], scopes.READ_EVENTS, getEvent),
  operation("events.instances", ["GET", `${EVENT}/instances`], scopes.READ_EVENTS, listInstances),
  operation("events.insert", ["POST", EVENTS], scopes.WRITE_EVENTS, insertEvent),
  operation("events.update", ["PUT", EVENT], scopes.WRITE_EVENTS, updateEvent),
  operation("events.patch", ["PATCH", EVENT], scopes.WRITE_EVENTS, patchEvent),
  operation("events.delete", ["DELETE", EVENT], scopes.WRITE_EVENTS, deleteEvent),
  operation("freebusy.query", ["POST", "/freeBusy"], scopes.QUERY_FREE_BUSY, queryFreeBusy),
  operation("calendars.get", ["GET", "/calendars/*"], scopes.READ_CALENDARS, getCalendar),
  operation("calendarList.list", ["GET", "/users/me/calendarList"], scopes.READ_CALENDAR_LIST, listCalendars),
  operation(
    "calendarList.get",
    ["GET", "/users/me/calendarList/*"],
    scopes.READ_CALENDAR_LIST,
    getListedCalendar,
  ),
  operation("settings.get", ["GET", "/users/me/settings/*"], scopes.READ_SETTINGS, getSetting),
];
