import type { UserRecord } from "firebase-admin/auth";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { firebaseAuth } from "../core/firebaseAuth";
import type { User } from "./schemas";

/** The caller's account. @throws AppError unauthenticated where it is no more, provider_unavailable */
export function getMe(ctx: Ctx): Promise<User> {
  return getUser(requireCaller(ctx).uid);
}

/** A user as Firebase Auth knows them; an admin has the custom claim `admin: true`. */
export async function getUser(uid: string): Promise<User> {
  const record = await recordOf(uid);
  return {
    id: record.uid,
    email: record.email ?? null,
    is_active: !record.disabled,
    is_admin: record.customClaims?.admin === true,
  };
}

async function recordOf(uid: string): Promise<UserRecord> {
  try {
    return await (await firebaseAuth()).getUser(uid);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "auth/user-not-found") {
      throw new AppError("unauthenticated", "This account does not exist any more.");
    }
    throw new AppError("provider_unavailable", "Accounts cannot be read right now: try again.", { cause });
  }
}
