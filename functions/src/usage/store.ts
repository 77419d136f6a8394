import type { CollectionReference, Firestore } from "firebase-admin/firestore";

/** `usageDays`: what a user used on a day, one document for both, `{uid}_{YYYY-MM-DD}`. */
export function usageDays(db: Firestore): CollectionReference {
  return db.collection("usageDays");
}

/** `usageDays/{id}/countedRequests`: the requests that were counted, so that none counts twice. */
export function countedRequests(db: Firestore, id: string): CollectionReference {
  return db.collection(`usageDays/${id}/countedRequests`);
}
