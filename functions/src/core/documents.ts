import { type FirestoreDataConverter, type QueryDocumentSnapshot, Timestamp } from "firebase-admin/firestore";
import { z } from "zod";

/** A Firestore timestamp within a document's schema. */
export const timestamp = z.custom<Timestamp>((value) => value instanceof Timestamp, {
  error: "expected a Timestamp",
});

/** Parses documents when they are read; fields that a newer release may have written are left alone, not refused. */
export function converter<T extends Record<string, unknown>>(
  schema: z.ZodType<T>,
): FirestoreDataConverter<T, T> {
  return {
    toFirestore: (data) => data as T,
    fromFirestore: (snapshot: QueryDocumentSnapshot<T, T>) => schema.parse(snapshot.data()),
  };
}
