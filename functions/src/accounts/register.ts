import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { firebaseAuth } from "../core/firebaseAuth";
import { countAuthTry } from "./authLimits";
import type { Registered, RegisterInput } from "./schemas";

/**
 * Makes a Firebase Auth user with a password.
 * @throws AppError conflict where the address has an account, rate_limited, provider_unavailable
 */
export async function register(ctx: Ctx, { email, password }: RegisterInput): Promise<Registered> {
  await countAuthTry(ctx, email);
  try {
    const made = await (await firebaseAuth()).createUser({ email, password });
    ctx.log.info("account registered", { uid: made.uid });
    return { id: made.uid, email: made.email ?? email, is_active: !made.disabled };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "auth/email-already-exists") {
      throw new AppError("conflict", "This e-mail address has an account already: sign in.");
    }
    if (code === "auth/invalid-email") {
      throw new AppError("invalid_argument", "email: must be an e-mail address", {
        details: { field: "email" },
      });
    }
    if (code === "auth/invalid-password" || code === "auth/password-does-not-meet-requirements") {
      const message = "password: does not meet this project's password policy";
      throw new AppError("invalid_argument", message, { details: { field: "password" } });
    }
    throw new AppError("provider_unavailable", "Registering does not work right now: try again.", { cause });
  }
}
