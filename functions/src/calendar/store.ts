import type { CollectionReference, Firestore } from "firebase-admin/firestore";
import { z } from "zod";
import { converter, timestamp } from "../core/documents";

/** Somebody was sent to Google to consent; the document's id is the SHA-256 of the state. Single use. */
const calendarStateDoc = z.object({
  userId: z.string(),
  expiresAt: timestamp,
  /** The callback that it has served, until it is erased. */
  redeemedBy: z.string().optional(),
});
export type CalendarStateDoc = z.output<typeof calendarStateDoc>;

/** What a user has granted; the document's id is the uid. Tokens are sealed: see `sealedTokens.ts`. */
const calendarConnectionDoc = z.object({
  userId: z.string(),
  /** A new one each time that the user consents. */
  connectionId: z.string(),
  refreshToken: z.string(),
  accessToken: z.string(),
  accessExpiresAt: timestamp,
  connectedAt: timestamp,
  /** Until then somebody is asking Google for a new access token, and by which claim. */
  refreshingUntil: timestamp.nullable(),
  refreshingBy: z.string().optional(),
  /** The last claim by which Google could not be reached: whoever waited for it need not wait for the next. */
  failedRefresh: z.string().optional(),
});
export type CalendarConnectionDoc = z.output<typeof calendarConnectionDoc>;

const stateConverter = converter<CalendarStateDoc>(calendarStateDoc);
const connectionConverter = converter<CalendarConnectionDoc>(calendarConnectionDoc);

type Collection<T extends Record<string, unknown>> = CollectionReference<T, T>;

/** `calendarStates`: consents that are being asked for. */
export function calendarStates(db: Firestore): Collection<CalendarStateDoc> {
  return db.collection("calendarStates").withConverter(stateConverter);
}

/** `calendarConnections`: the tokens of connected calendars. */
export function calendarConnections(db: Firestore): Collection<CalendarConnectionDoc> {
  return db.collection("calendarConnections").withConverter(connectionConverter);
}
