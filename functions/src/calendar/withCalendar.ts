import type { Ctx } from "../core/ctx";
import { type GoogleCalendar, googleCalendar } from "../providers/googleCalendar";
import { GrantRevoked, TokenRejected, unavailable } from "../providers/googleFailure";
import { googleSettings } from "../providers/googleSettings";
import { accessToken, forgetConnection, type OpenCalendar } from "./accessToken";
import { disconnected } from "./notConnected";

/**
 * Does something with a user's calendar. A token that Google rejects before its time is replaced once, and the work done
 * again; a grant that is withdrawn is forgotten. 1 read while the token is fresh.
 * @param work must be safe to be done twice
 * @throws AppError not_found where none is connected, provider_unavailable, provider_failed
 */
export async function withCalendar<T>(
  ctx: Ctx,
  { userId, timeoutMs }: { userId: string; timeoutMs: number },
  work: (calendar: GoogleCalendar) => Promise<T>,
): Promise<T> {
  const settings = googleSettings(ctx.config);
  const attempt = async ({ token }: OpenCalendar) => work(await googleCalendar(settings, token, timeoutMs));
  const first = await accessToken(ctx, userId);
  try {
    return await attempt(first);
  } catch (error) {
    if (!(error instanceof TokenRejected)) throw await told(ctx, userId, first, error);
  }
  const second = await accessToken(ctx, userId, first.token);
  try {
    return await attempt(second);
  } catch (error) {
    throw await told(ctx, userId, second, error);
  }
}

/** What is thrown for a failure; what Google does not honour any more is forgotten. */
async function told(
  ctx: Ctx,
  userId: string,
  { connectionId }: OpenCalendar,
  error: unknown,
): Promise<unknown> {
  // Google has just given this token: that it does not take it says nothing about the grant.
  if (error instanceof TokenRejected) return unavailable(error);
  if (!(error instanceof GrantRevoked)) return error;
  await forgetConnection(ctx, userId, connectionId);
  return disconnected(error);
}
