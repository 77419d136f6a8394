import { type Ctx, requireCaller } from "../core/ctx";
import { firebaseAuth } from "../core/firebaseAuth";
import { forgetUses } from "../core/rateLimit";
import { eraseScenariosOf } from "../scenarios/eraseScenarios";
import { eraseUsageOf } from "../usage/eraseUsage";
import { eraseVoiceOf } from "../voice/eraseVoice";
import { triesOf } from "./authLimits";
import { getUser } from "./users";

/** What is counted for a user by the user's id. */
const COUNTED = ["chat", "speech", "scenario", "call"];

/**
 * Erases the caller's account and everything of theirs, everywhere, and closes their open sockets. The account goes
 * last: whoever is interrupted can do it again, and finds the rest.
 */
export async function deleteAccount(ctx: Ctx): Promise<{ message: string }> {
  const { uid } = requireCaller(ctx);
  const { email } = await getUser(uid);
  const auth = await firebaseAuth();
  // Nothing new shall come while it is erased.
  await auth.revokeRefreshTokens(uid);
  await eraseVoiceOf(ctx, uid);
  await eraseScenariosOf(ctx, uid);
  await eraseUsageOf(ctx, uid);
  await forgetUses(
    ctx,
    COUNTED.map((what) => ({ what, by: uid })),
  );
  if (email) await forgetUses(ctx, [triesOf(email)]);
  await auth.deleteUser(uid);
  ctx.log.info("account erased");
  return { message: "Account deleted successfully" };
}
