import type { CollectionReference, Firestore } from "firebase-admin/firestore";
import { z } from "zod";
import { converter, timestamp } from "../core/documents";
import { variables } from "../scenarios/schemas";
import { MAX_MINUTES } from "./limits";

/** One request with an Idempotency-Key; the document's id is a hash of the user and the key. */
const callRequestDoc = z.object({
  userId: z.string(),
  sessionId: z.string(),
  /** A hash of what was asked for: the same key for something else is a mistake. */
  fingerprint: z.string(),
  /** Its session is there, and no longer only about to be. */
  isOpen: z.boolean(),
  expiresAt: timestamp,
});
export type CallRequestDoc = z.output<typeof callRequestDoc>;

/** What happens with calls to one of the account's numbers; the document's id is the number, E.164. */
const phoneNumberDoc = z.object({
  /** Whose calls they are. */
  userId: z.string(),
  scenarioId: z.string(),
  variables: variables.optional(),
  language: z.string().optional(),
  maxMinutes: z.number().int().min(1).max(MAX_MINUTES).optional(),
});
export type PhoneNumberDoc = z.output<typeof phoneNumberDoc>;

/** Who wants no calls; the document's id is the number. */
const doNotCallDoc = z.object({
  number: z.string(),
  /** Whose calls are not wanted. */
  userIds: z.array(z.string()).default([]),
  /** Nobody's are: its owner has said so. */
  everyone: z.boolean().default(false),
  source: z.enum(["call", "network"]).optional(),
  since: timestamp.optional(),
});
export type DoNotCallDoc = z.output<typeof doNotCallDoc>;

/** What a user's calls of one day (UTC) have cost and may cost yet, `{uid}_{YYYY-MM-DD}`. */
const callSpendDoc = z.object({
  userId: z.string(),
  day: z.string(),
  reservedUsd: z.number(),
  spentUsd: z.number(),
  expiresAt: timestamp,
});
export type CallSpendDoc = z.output<typeof callSpendDoc>;

/** What becomes of a scheduled call; the last six are the end. */
export const SCHEDULED_STATUSES = [
  "scheduled",
  "dialling",
  "placed",
  "refused",
  "failed",
  "missed",
  "unknown",
  "cancelled",
] as const;

/** A call for a later time. */
const scheduledCallDoc = z.object({
  scheduledId: z.string(),
  userId: z.string(),
  status: z.enum(SCHEDULED_STATUSES),
  /** When it is to be placed. */
  at: timestamp,
  /** When something is to be done for it next: handed over, dialled, looked into; null when it has ended. */
  dueAt: timestamp.nullable(),
  /** Cloud Tasks will dial it at its time. */
  isEnqueued: z.boolean(),
  createdAt: timestamp,
  options: z.object({
    phone_number: z.string(),
    scenarioId: z.string(),
    variables: variables.optional(),
    language: z.string().optional(),
    time_zone: z.string().optional(),
    record: z.boolean(),
    max_minutes: z.number().int(),
  }),
  /** A hash of what was asked for, where the request had an Idempotency-Key. */
  fingerprint: z.string().optional(),
  /** The session of the call, once it is being dialled. */
  sessionId: z.string().optional(),
  callSid: z.string().optional(),
  /** Why it was not placed, or not yet, as its user is told. */
  reason: z.string().optional(),
});
export type ScheduledCallDoc = z.output<typeof scheduledCallDoc>;

const scheduledCallConverter = converter<ScheduledCallDoc>(scheduledCallDoc);
const doNotCallConverter = converter<DoNotCallDoc>(doNotCallDoc);
const callSpendConverter = converter<CallSpendDoc>(callSpendDoc);
const callRequestConverter = converter<CallRequestDoc>(callRequestDoc);
const phoneNumberConverter = converter<PhoneNumberDoc>(phoneNumberDoc);

/** `callRequests`: requests to call, by their idempotency keys. */
export function callRequests(db: Firestore): CollectionReference<CallRequestDoc, CallRequestDoc> {
  return db.collection("callRequests").withConverter(callRequestConverter);
}

/** `phoneNumbers`: what answers which number. Written by whoever runs the backend, read here alone. */
export function phoneNumbers(db: Firestore): CollectionReference<PhoneNumberDoc, PhoneNumberDoc> {
  return db.collection("phoneNumbers").withConverter(phoneNumberConverter);
}

/** `doNotCall`: who wants no calls, by number. */
export function doNotCall(db: Firestore): CollectionReference<DoNotCallDoc, DoNotCallDoc> {
  return db.collection("doNotCall").withConverter(doNotCallConverter);
}

/** `callSpend`: what each user's calls of a day cost. */
export function callSpend(db: Firestore): CollectionReference<CallSpendDoc, CallSpendDoc> {
  return db.collection("callSpend").withConverter(callSpendConverter);
}

/** `scheduledCalls`: calls for later. */
export function scheduledCalls(db: Firestore): CollectionReference<ScheduledCallDoc, ScheduledCallDoc> {
  return db.collection("scheduledCalls").withConverter(scheduledCallConverter);
}
