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
