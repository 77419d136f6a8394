import type { Auth } from "firebase-admin/auth";
import { firebaseApp } from "./firestore";

/** The project's users. Loaded at first use: what asks for no token, and triggers, do not pay for it. */
export async function firebaseAuth(): Promise<Auth> {
  const { getAuth } = await import("firebase-admin/auth");
  return getAuth(firebaseApp());
}
