import { type Answer, Refused } from "../api.js";

/** One of the `errors` in a refusal. */
interface Problem {
  message: string;
  reason: string;
  domain?: string;
  location?: { type: "parameter" | "header"; name: string };
}

/** Refuses as the calendars do: https://developers.google.com/workspace/calendar/api/guides/errors */
export function refuse(status: number, problem: Problem): never {
  throw new Refused(calendarError(status, problem));
}

export function calendarError(
  status: number,
  { message, reason, domain = "global", location }: Problem,
): Answer {
  const where = location && { locationType: location.type, location: location.name };
  const errors = [{ domain, reason, message, ...where }];
  return { status, json: { error: { errors, code: status, message } } };
}

/** Refuses as what stands before every API does, which also gives a `status`. */
export function refuseAtDoor(
  code: number,
  {
    message,
    status,
    error,
    details,
    challenge,
  }: {
    message: string;
    status: string;
    error: object;
    details?: object[];
    challenge: string;
  },
): never {
  const body = { code, message, errors: [error], status, ...(details && { details }) };
  throw new Refused({
    status: code,
    headers: { "WWW-Authenticate": `Bearer realm="https://accounts.google.com/"${challenge}` },
    json: { error: body },
  });
}

export function notFound(): never {
  return refuse(404, { message: "Not Found", reason: "notFound" });
}

export function badRequest(message: string, reason = "badRequest"): never {
  return refuse(400, { message, reason });
}

/** For a parameter in the query that is none. */
export function invalidParameter(name: string, value: string, expected: string): never {
  return refuse(400, {
    message: `Invalid value '${value}'. ${expected}`,
    reason: "invalidParameter",
    location: { type: "parameter", name },
  });
}

export function timeRangeEmpty(): never {
  return refuse(400, {
    message: "The specified time range is empty.",
    reason: "timeRangeEmpty",
    domain: "calendar",
    location: { type: "parameter", name: "timeMax" },
  });
}
