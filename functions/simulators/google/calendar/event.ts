import type { Series } from "../recurrence/series.js";
import type { EventTime } from "./eventTime.js";

export type EventStatus = "confirmed" | "tentative" | "cancelled";

/** An event as the simulator keeps it. */
export interface StoredEvent {
  id: string;
  etag: string;
  status: EventStatus;
  /** Milliseconds since the epoch, as `updated`. */
  created: number;
  updated: number;
  iCalUID: string;
  sequence: number;
  start: EventTime;
  end: EventTime;
  recurrence: { lines: string[]; series: Series } | undefined;
  /** Of an instance of a recurring event: which one's, and where the rule has it. */
  instance: { of: string; originalStart: EventTime } | undefined;
  /** What the client gave and only gets back: summary, attendees and so on. */
  fields: EventFields;
}

export interface Attendee {
  email: string;
  displayName?: string | undefined;
  responseStatus?: string | undefined;
}

export interface EventFields {
  summary?: string | undefined;
  description?: string | undefined;
  location?: string | undefined;
  transparency?: string | undefined;
  attendees?: Attendee[] | undefined;
  extendedProperties?: {
    private?: Record<string, string> | undefined;
    shared?: Record<string, string> | undefined;
  };
  [name: string]: unknown;
}
