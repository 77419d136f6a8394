import type { Ctx } from "../core/ctx";
import { type GoogleCalendar, googleCalendar } from "../providers/googleCalendar";
import { GrantRevoked, TokenRejected } from "../providers/googleFailure";
import { googleSettings } from "../providers/googleSettings";
import { accessToken } from "./accessToken";
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
  const token = await accessToken(ctx, userId);
  try {
    return await work(await googleCalendar(settings, token, timeoutMs));
  } catch (error) {
    if (error instanceof GrantRevoked) throw disconnected(error);
    if (!(error instanceof TokenRejected)) throw error;
  }
  const another = await accessToken(ctx, userId, token);
  try {
    return await work(await googleCalendar(settings, another, timeoutMs));
  } catch (error) {
    throw error instanceof TokenRejected ? disconnected(error) : error;
  }
}
