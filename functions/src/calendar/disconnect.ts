import { type Ctx, requireCaller } from "../core/ctx";
import { documentName } from "../core/firestore";
import { NotOpened } from "../core/sealedText";
import { revokeGrant } from "../providers/googleOAuth";
import { googleSettings } from "../providers/googleSettings";
import { openToken } from "./sealedTokens";
import { calendarConnections, calendarStates } from "./store";

/**
 * Gives back at Google what the caller has granted, and erases it here; again it changes nothing. 1 read, 1 write and 1
 * request to Google.
 * @throws AppError provider_unavailable where Google cannot be told: all stays as it is, to be tried again
 */
export async function disconnectCalendar(ctx: Ctx): Promise<{ message: string }> {
  const { uid } = requireCaller(ctx);
  await disconnect(ctx, uid);
  return { message: "Google Calendar is disconnected" };
}

/**
 * Erases all that is kept of a user's calendar. Where Google cannot be told, its grant stays at Google, and is of no use
 * without the tokens that are erased.
 */
export async function eraseCalendarOf(ctx: Ctx, userId: string): Promise<void> {
  try {
    await disconnect(ctx, userId);
  } catch (error) {
    ctx.log.warn("a calendar's grant could not be given back", { error });
    await calendarConnections(ctx.db).doc(documentName(userId)).delete();
  }
  const { docs } = await calendarStates(ctx.db).where("userId", "==", userId).select().get();
  await Promise.all(docs.map(({ ref }) => ref.delete()));
}

async function disconnect(ctx: Ctx, userId: string): Promise<void> {
  const reference = calendarConnections(ctx.db).doc(documentName(userId));
  const connection = (await reference.get()).data();
  if (!connection) return;
  const token = readableToken(ctx, userId, connection.refreshToken);
  if (token !== undefined) await revokeGrant(googleSettings(ctx.config), token);
  await reference.delete();
}

/** undefined where the key that it was sealed with is no more: nobody can give it back. */
function readableToken(ctx: Ctx, userId: string, sealed: string): string | undefined {
  try {
    return openToken(ctx, "refresh", userId, sealed);
  } catch (error) {
    if (error instanceof NotOpened) return undefined;
    throw error;
  }
}
