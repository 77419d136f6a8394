import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { firebaseAuth } from "../core/firebaseAuth";
import { eraseUser } from "./eraseUser";
import { noteErasure } from "./erasures";
import { getUser } from "./users";

/**
 * Erases the caller's account and everything of theirs, everywhere, and closes their open sockets. The account goes
 * last: whoever is interrupted can do it again, and finds the rest. An ID token outlives its account by up to an hour,
 * so that what still came by it is erased once more after that.
 * @throws AppError provider_unavailable where the account itself cannot be erased
 */
export async function deleteAccount(ctx: Ctx): Promise<{ message: string }> {
  const { uid } = requireCaller(ctx);
  const { email } = await getUser(uid);
  await noteErasure(ctx, uid);
  await eraseUser(ctx, uid, email);
  try {
    await (await firebaseAuth()).deleteUser(uid);
  } catch (cause) {
    throw new AppError("provider_unavailable", "The account could not be erased yet: try again.", { cause });
  }
  ctx.log.info("account erased");
  return { message: "Account deleted successfully" };
}
