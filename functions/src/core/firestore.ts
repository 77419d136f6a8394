import { type App, getApps, initializeApp } from "firebase-admin/app";
import {
  type DocumentReference,
  type Firestore,
  getFirestore,
  type Transaction,
} from "firebase-admin/firestore";
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
 * Runs a transaction, tried again where another gets in its way, or where the answer to its commit was lost: then it may
 * have been committed all the same, and `work` finds what it has written itself.
 * @param landed for work that would not come to the same a second time: reads whether an earlier try was committed, by
 * something that only that try can have written. It stands then, with what it returned. Read only where there is a
 * further try.
 * @throws AppError busy where others were in its way each time; and whatever `work` throws
 */
export async function transact<T>(
  db: Firestore,
  work: (tx: Transaction) => Promise<T>,
  landed?: (tx: Transaction) => Promise<boolean>,
): Promise<T> {
  let earlier: { result: T } | undefined;
  const once = async (tx: Transaction) => {
    try {
      if (earlier && (await landed?.(tx))) return earlier.result;
      const result = await work(tx);
      earlier = { result };
      return result;
    } catch (error) {
      throw isClosed(error) ? aborted(error) : error;
    }
  };
  try {
    // A commit that is sent again after it went through is told that its transaction is closed: not one the SDK tries again.
    return await db.runTransaction(once).catch((error: unknown) => {
      if (!isClosed(error)) throw error;
      return db.runTransaction(once);
    });
  } catch (cause) {
    if (codeOf(cause) !== ABORTED && !isClosed(cause)) throw cause;
    const safeMessage = "Too many requests at once want to change the same thing: try again in a second.";
    throw new AppError("busy", safeMessage, { details: { retryAfterSeconds: 1 }, cause });
  }
}

/** Whether a request came for a transaction that Firestore has given up meanwhile: of several reads at once, one is told why. */
function isClosed(error: unknown): boolean {
  return codeOf(error) === INVALID_ARGUMENT && CLOSED.test((error as Error).message);
}

/** As the SDK knows that a transaction is to be run again. */
function aborted(cause: unknown): Error {
  return Object.assign(new Error("The transaction was given up.", { cause }), { code: ABORTED });
}

/** Whether a transaction that creates this document was committed; its id must be of that transaction's own making. */
export function isThere(reference: DocumentReference): (tx: Transaction) => Promise<boolean> {
  return async (tx) => (await tx.get(reference)).exists;
}

/** Whether a transaction that deletes this document was committed: it, or another that wants the same. */
export function isGone(reference: DocumentReference): (tx: Transaction) => Promise<boolean> {
  return async (tx) => !(await tx.get(reference)).exists;
}

const CLOSED = /transaction.*(closed|expired|no longer valid)|invalid transaction/i;

// https://grpc.io/docs/guides/status-codes/
const INVALID_ARGUMENT = 3;
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
