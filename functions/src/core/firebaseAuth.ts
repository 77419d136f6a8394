import type { Auth } from "firebase-admin/auth";
import { firebaseApp } from "./firestore";

let made: Promise<Auth> | undefined;

/** The project's users. Loaded at first use: what asks for no token, and triggers, do not pay for it. */
export function firebaseAuth(): Promise<Auth> {
  made ??= import("firebase-admin/auth").then(({ getAuth }) => getAuth(firebaseApp()));
  return made;
}
