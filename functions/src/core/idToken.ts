import type { Caller } from "./ctx";
import { AppError } from "./errors";
import { firebaseAuth } from "./firebaseAuth";
import { firebaseApp } from "./firestore";

const MAX_TOKEN_CHARACTERS = 8_192;

/** Codes of Firebase Auth that say something about the token; all others say that Auth could not be asked. */
const REFUSALS = new Set([
  "auth/argument-error",
  "auth/id-token-expired",
  "auth/id-token-revoked",
  "auth/invalid-id-token",
  "auth/user-disabled",
  "auth/user-not-found",
  "auth/tenant-id-mismatch",
]);

/** The token of an `Authorization: Bearer …` header. @throws AppError unauthenticated */
export function bearerToken(header: string | undefined): string {
  const token = /^Bearer +([^\s]+)$/i.exec(header ?? "")?.[1];
  if (!token || token.length > MAX_TOKEN_CHARACTERS) {
    throw new AppError(
      "unauthenticated",
      "Sign in and send your Firebase ID token as Authorization: Bearer <token>.",
    );
  }
  return token;
}

/**
 * Who an ID token speaks for.
 * @param fresh also ask Firebase Auth whether the token was revoked or the user disabled
 * @throws AppError unauthenticated for a bad token, provider_unavailable where Auth cannot be asked
 */
export async function authenticate(token: string, fresh: boolean): Promise<Caller> {
  try {
    const claims = await (await firebaseAuth()).verifyIdToken(token, fresh);
    return { uid: claims.uid, claims };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (REFUSALS.has(code)) {
      throw new AppError("unauthenticated", "Your sign-in is invalid or has expired: sign in again.", {
        cause,
      });
    }
    throw new AppError("provider_unavailable", "Signing in cannot be checked right now: try again.", {
      cause,
    });
  }
}

/** @throws AppError unauthenticated unless `token` is a valid App Check token */
export async function checkApp(token: string | undefined): Promise<void> {
  const { getAppCheck } = await import("firebase-admin/app-check");
  try {
    await getAppCheck(firebaseApp()).verifyToken(token ?? "");
  } catch (cause) {
    throw new AppError("unauthenticated", "This app could not be attested: send a valid App Check token.", {
      cause,
    });
  }
}
