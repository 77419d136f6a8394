import { setTimeout as delay } from "node:timers/promises";
import { type DocumentReference, Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { documentName, transact } from "../core/firestore";
import { KeyedQueue } from "../core/keyedQueue";
import { NotOpened } from "../core/sealedText";
import { GrantRevoked } from "../providers/googleFailure";
import { type AccessToken, refreshAccess } from "../providers/googleOAuth";
import { googleSettings } from "../providers/googleSettings";
import { FRESH_SECONDS, REFRESH_LEASE_SECONDS, REFRESH_POLL_MS } from "./limits";
import { disconnected, notConnected } from "./notConnected";
import { openToken, sealToken } from "./sealedTokens";
import { type CalendarConnectionDoc, calendarConnections } from "./store";

// One after another on this instance: at once, they would only wait for one another's locks.
const queue = new KeyedQueue();

type Reference = DocumentReference<CalendarConnectionDoc, CalendarConnectionDoc>;

/** What opens a calendar, and of which connection it is. */
export interface OpenCalendar {
  token: string;
  connectionId: string;
}

/**
 * A token that opens a user's calendar: the stored one while it is fresh, for 1 read. Else Google is asked for a new one,
 * by one of all that need it, on whatever instance: 2 reads, 2 writes and 1 request; the others wait, a read each 150 ms.
 * @param rejected a token that Google did not take, which is therefore not fresh
 * @throws AppError not_found where none is connected, or what was granted is withdrawn; provider_unavailable
 */
export async function accessToken(ctx: Ctx, userId: string, rejected?: string): Promise<OpenCalendar> {
  const reference = calendarConnections(ctx.db).doc(documentName(userId));
  const until = performance.now() + 2 * REFRESH_LEASE_SECONDS * 1_000;
  let connection = (await reference.get()).data();
  while (performance.now() < until) {
    if (!connection) throw notConnected();
    const token = freshToken(ctx, connection);
    if (token !== undefined && token !== rejected) return { token, connectionId: connection.connectionId };
    const key = `${ctx.db.databaseId}/${reference.path}`;
    const mine = await queue.run(key, () => claimRefresh(ctx, reference, rejected));
    if (mine) return refresh(ctx, reference, mine);
    await delay(REFRESH_POLL_MS);
    connection = (await reference.get()).data();
  }
  throw new AppError("provider_unavailable", "Google Calendar cannot be reached right now: try again.");
}

/** undefined where it has expired, or was sealed with a key that is no more. */
function freshToken(ctx: Ctx, connection: CalendarConnectionDoc): string | undefined {
  const left = connection.accessExpiresAt.toMillis() - ctx.now().getTime();
  if (left <= FRESH_SECONDS * 1_000) return undefined;
  try {
    return openToken(ctx, "access", connection.userId, connection.accessToken);
  } catch (error) {
    if (error instanceof NotOpened) return undefined;
    throw error;
  }
}

/** Whoever gets the connection asks Google; undefined where another does, or has done so. */
async function claimRefresh(
  ctx: Ctx,
  reference: Reference,
  rejected: string | undefined,
): Promise<CalendarConnectionDoc | undefined> {
  const now = ctx.now().getTime();
  return transact(ctx.db, async (tx) => {
    const connection = (await tx.get(reference)).data();
    if (!connection) throw notConnected();
    const token = freshToken(ctx, connection);
    if (token !== undefined && token !== rejected) return undefined;
    if ((connection.refreshingUntil?.toMillis() ?? 0) > now) return undefined;
    tx.update(reference, { refreshingUntil: Timestamp.fromMillis(now + REFRESH_LEASE_SECONDS * 1_000) });
    return connection;
  });
}

async function refresh(
  ctx: Ctx,
  reference: Reference,
  connection: CalendarConnectionDoc,
): Promise<OpenCalendar> {
  const { userId, connectionId } = connection;
  try {
    const refreshToken = openToken(ctx, "refresh", userId, connection.refreshToken);
    const given = await refreshAccess(googleSettings(ctx.config), refreshToken);
    // Sealed anew each time, so that a key that was replaced is soon needed no more.
    await keep(ctx, reference, connectionId, { ...given, refreshToken });
    return { token: given.accessToken, connectionId };
  } catch (error) {
    if (error instanceof GrantRevoked) {
      await forgetConnection(ctx, userId, connectionId);
      throw disconnected(error);
    }
    await reference.update({ refreshingUntil: null }).catch(() => {});
    throw error instanceof NotOpened ? keyMissing(error) : error;
  }
}

/** The connection stays: an instance with another SECRET_KEY may be able to open it. */
function keyMissing(cause: NotOpened): AppError {
  return new AppError("not_configured", "The key that this calendar was connected with is not configured.", {
    cause,
  });
}

/** Unless the user has connected anew meanwhile, or disconnected. */
async function keep(
  ctx: Ctx,
  reference: Reference,
  connectionId: string,
  { accessToken: token, lifetimeMs, refreshToken }: AccessToken & { refreshToken: string },
): Promise<void> {
  await transact(ctx.db, async (tx) => {
    const current = (await tx.get(reference)).data();
    if (current?.connectionId !== connectionId) return;
    const { userId } = current;
    tx.update(reference, {
      refreshToken: sealToken(ctx, "refresh", userId, refreshToken),
      accessToken: sealToken(ctx, "access", userId, token),
      accessExpiresAt: Timestamp.fromMillis(ctx.now().getTime() + lifetimeMs),
      refreshingUntil: null,
    });
  });
}

/** What Google does not honour any more is of no use to anybody. */
export async function forgetConnection(ctx: Ctx, userId: string, connectionId: string): Promise<void> {
  ctx.log.warn("a calendar's grant was withdrawn");
  const reference = calendarConnections(ctx.db).doc(documentName(userId));
  await transact(ctx.db, async (tx) => {
    if ((await tx.get(reference)).data()?.connectionId === connectionId) tx.delete(reference);
  });
}
