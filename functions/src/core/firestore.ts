import { type App, getApps, initializeApp } from "firebase-admin/app";
import { type Firestore, getFirestore } from "firebase-admin/firestore";

/** The default app, initialised at first use from the environment (emulator or deployed). */
export function firebaseApp(): App {
  return getApps()[0] ?? initializeApp();
}

/** Whether a write failed because the document was changed or deleted meanwhile: its precondition did not hold. */
export function isOvertaken(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === NOT_FOUND || code === FAILED_PRECONDITION;
}

// https://grpc.io/docs/guides/status-codes/
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

let handle: Firestore | undefined;

/** The process's Firestore handle, made at first use. */
export function firestore(): Firestore {
  if (!handle) {
    handle = getFirestore(firebaseApp());
    handle.settings({ ignoreUndefinedProperties: true });
  }
  return handle;
}
