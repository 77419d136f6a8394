import { type App, getApps, initializeApp } from "firebase-admin/app";
import { type Firestore, getFirestore, type Transaction } from "firebase-admin/firestore";
import { AppError } from "./errors";

/** The default app, initialised at first use from the environment (emulator or deployed). */
export function firebaseApp(): App {
  return getApps()[0] ?? initializeApp();
}

/** A text as a part of a document's name: what Firestore does not allow there is escaped. */
export function documentName(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("/", "%2F");
}

/** Whether a write failed because the document was changed or deleted meanwhile: its precondition did not hold. */
export function isOvertaken(error: unknown): boolean {
  const code = codeOf(error);
  return code === NOT_FOUND || code === FAILED_PRECONDITION;
}

/** Whether a document could not be created because it exists. */
export function isAlreadyThere(error: unknown): boolean {
  return codeOf(error) === ALREADY_EXISTS;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/**
 * Runs a transaction, tried again where another gets in its way.
 * @throws AppError busy where others were in its way each time; and whatever `work` throws
 */
export async function transact<T>(db: Firestore, work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return await db.runTransaction(work);
  } catch (cause) {
    if (codeOf(cause) !== ABORTED) throw cause;
    const safeMessage = "Too many requests at once want to change the same thing: try again in a second.";
    throw new AppError("busy", safeMessage, { details: { retryAfterSeconds: 1 }, cause });
  }
}

// https://grpc.io/docs/guides/status-codes/
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;

let handle: Firestore | undefined;

/** The process's Firestore handle, made at first use. */
export function firestore(): Firestore {
  if (!handle) {
    handle = getFirestore(firebaseApp());
    handle.settings({ ignoreUndefinedProperties: true });
  }
  return handle;
}
