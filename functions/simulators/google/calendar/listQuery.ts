import { type Span, spanOf } from "./instances.js";
import { countOf, flagOf, instantParam, zoneParam } from "./queryParams.js";
import { badRequest, invalidParameter, refuse, timeRangeEmpty } from "./refusals.js";

/** What a list of events is asked for: https://developers.google.com/workspace/calendar/api/v3/reference/events/list */
export interface ListQuery {
  span: Span;
  maxResults: number;
  singleEvents: boolean;
  showDeleted: boolean;
  orderBy: "startTime" | "updated" | undefined;
  timeZone: string | undefined;
  /** Lower-case. */
  words: string[];
  iCalUID: string | null;
  updatedMin: number | undefined;
  privateProperties: [name: string, value: string][];
  sharedProperties: [name: string, value: string][];
}

const DEFAULT_RESULTS = 250;
const MAX_RESULTS = 2_500;

/** @throws Refused */
export function readListQuery(query: URLSearchParams, now: number): ListQuery {
  if (query.has("syncToken")) return refuseSyncToken();
  const timeMin = instantParam(query, "timeMin");
  const timeMax = instantParam(query, "timeMax");
  if (timeMin !== undefined && timeMax !== undefined && timeMax <= timeMin) return timeRangeEmpty();
  const singleEvents = flagOf(query, "singleEvents");
  return {
    span: spanOf(timeMin, timeMax, now),
    maxResults: Math.min(countOf(query, "maxResults", DEFAULT_RESULTS), MAX_RESULTS),
    singleEvents,
    showDeleted: flagOf(query, "showDeleted"),
    orderBy: orderOf(query.get("orderBy"), singleEvents),
    timeZone: zoneParam(query, "timeZone"),
    words: (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean),
    iCalUID: query.get("iCalUID"),
    updatedMin: instantParam(query, "updatedMin"),
    privateProperties: propertiesOf(query, "privateExtendedProperty"),
    sharedProperties: propertiesOf(query, "sharedExtendedProperty"),
  };
}

function orderOf(value: string | null, singleEvents: boolean): ListQuery["orderBy"] {
  if (value === null) return undefined;
  if (value !== "startTime" && value !== "updated") {
    return invalidParameter("orderBy", value, "Values must be one of: [startTime, updated]");
  }
  if (value === "updated" || singleEvents) return value;
  return badRequest("The requested ordering is not available for the particular query.");
}

function propertiesOf(query: URLSearchParams, name: string): [string, string][] {
  return query.getAll(name).map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) return invalidParameter(name, pair, "Must be propertyName=value.");
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}

/** No lists of changes are simulated: to any token it is said that it is too old. */
function refuseSyncToken(): never {
  return refuse(410, {
    message: "Sync token is no longer valid, a full sync is required.",
    reason: "fullSyncRequired",
    domain: "calendar",
    location: { type: "parameter", name: "syncToken" },
  });
}
