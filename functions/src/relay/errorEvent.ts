import { randomToken } from "../core/ids";

/** What an `error` event tells, in the shape of the Realtime API, so that official clients understand it. */
export interface ErrorEventFields {
  /** `invalid_request_error` where the client did wrong, else `server_error`. */
  type: "invalid_request_error" | "server_error";
  code: string;
  message: string;
  param?: string;
  /** The `event_id` of the client event at fault. */
  eventId?: string;
}

/** https://developers.openai.com/api/reference/resources/realtime/server-events#error */
export function errorEvent({ type, code, message, param, eventId }: ErrorEventFields): string {
  return JSON.stringify({
    type: "error",
    event_id: `event_${randomToken(12)}`,
    error: { type, code, message, param: param ?? null, event_id: eventId ?? null },
  });
}
