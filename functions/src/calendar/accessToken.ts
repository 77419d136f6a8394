import { setTimeout as delay } from "node:timers/promises";
import { type DocumentReference, type Firestore, Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { documentName, transact } from "../core/firestore";
import { NotOpened } from "../core/sealedText";
import { GrantRevoked, unavailable } from "../providers/googleFailure";
import { type AccessToken, refreshAccess } from "../providers/googleOAuth";
import { googleSettings } from "../providers/googleSettings";
import { FRESH_SECONDS, REFRESH_LEASE_SECONDS, REFRESH_POLL_MS } from "./limits";
import { disconnected, notConnected } from "./notConnected";
import { openToken, sealToken } from "./sealedTokens";
import { type CalendarConnectionDoc, calendarConnections } from "./store";

// Of all on this instance that need the same one waits for it, and they for that one.
const renewals = new WeakMap<Firestore, Map<string, Promise<OpenCalendar>>>();

type Reference = DocumentReference<CalendarConnectionDoc, CalendarConnectionDoc>;

/** What opens a calendar, and of which connection it is. */
export interface OpenCalendar {
  token: string;
  connectionId: string;
}

/**
 * A token that opens a user's calendar: the stored one while it is fresh, for 1 read. Else Google is asked for a new one,
 * by one of all that need it, on whatever instance: 3 reads, 2 writes and 1 request. The others on its instance wait for
 * it, at 1 read each; another instance looks for it, a read each 150 ms. Where Google cannot be reached, all that waited
 * are told so at once.
 * @param rejected a token that Google did not take, which is therefore not fresh
 * @throws AppError not_found where none is connected, or what was granted is withdrawn; provider_unavailable
 */
export async function accessToken(ctx: Ctx, userId: string, rejected?: string): Promise<OpenCalendar> {
  const reference = calendarConnections(ctx.db).doc(documentName(userId));
  const connection = (await reference.get()).data();
  if (!connection) throw notConnected();
  return usable(ctx, connection, rejected) ?? renewal(ctx, reference, connection, rejected);
}

/** The renewal that is under way on this instance, or a new one. */
function renewal(
  ctx: Ctx,
  reference: Reference,
  connection: CalendarConnectionDoc,
  rejected: string | undefined,
): Promise<OpenCalendar> {
  const underWay = renewals.get(ctx.db) ?? new Map<string, Promise<OpenCalendar>>();
  renewals.set(ctx.db, underWay);
  const key = `${reference.path} ${rejected ?? ""}`;
  const known = underWay.get(key);
  if (known) return known;
  const mine = renew(ctx, reference, connection, rejected).finally(() => underWay.delete(key));
  underWay.set(key, mine);
  return mine;
}

async function renew(
  ctx: Ctx,
  reference: Reference,
  known: CalendarConnectionDoc,
  rejected: string | undefined,
): Promise<OpenCalendar> {
  const until = performance.now() + 2 * REFRESH_LEASE_SECONDS * 1_000;
  let connection: CalendarConnectionDoc | undefined = known;
  let awaited: string | undefined;
  while (performance.now() < until) {
    if (!connection) throw notConnected();
    const open = usable(ctx, connection, rejected);
    if (open) return open;
    if (awaited !== undefined && connection.failedRefresh === awaited) break;
    if (isRefreshing(ctx, connection)) awaited = connection.refreshingBy;
    else {
      const mine = await claimRefresh(ctx, reference, rejected);
      if (mine) return refresh(ctx, reference, mine);
    }
    await delay(REFRESH_POLL_MS);
    connection = (await reference.get()).data();
  }
  throw unavailable(new Error("another could not refresh the token"));
}

function usable(
  ctx: Ctx,
  connection: CalendarConnectionDoc,
  rejected: string | undefined,
): OpenCalendar | undefined {
  const token = freshToken(ctx, connection);
  if (token === undefined || token === rejected) return undefined;
  return { token, connectionId: connection.connectionId };
}

function isRefreshing(ctx: Ctx, { refreshingUntil }: CalendarConnectionDoc): boolean {
  return (refreshingUntil?.toMillis() ?? 0) > ctx.now().getTime();
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

interface Claim {
  id: string;
  connection: CalendarConnectionDoc;
}

/** Whoever gets a claim asks Google; undefined where another does, or has done so. */
async function claimRefresh(
  ctx: Ctx,
  reference: Reference,
  rejected: string | undefined,
): Promise<Claim | undefined> {
  const id = ctx.newId();
  const refreshingUntil = Timestamp.fromMillis(ctx.now().getTime() + REFRESH_LEASE_SECONDS * 1_000);
  return transact(
    ctx.db,
    async (tx) => {
      const connection = (await tx.get(reference)).data();
      if (!connection) throw notConnected();
      if (usable(ctx, connection, rejected) || isRefreshing(ctx, connection)) return undefined;
      tx.update(reference, { refreshingUntil, refreshingBy: id });
      return { id, connection };
    },
    async (tx) => (await tx.get(reference)).data()?.refreshingBy === id,
  );
}

async function refresh(ctx: Ctx, reference: Reference, { id, connection }: Claim): Promise<OpenCalendar> {
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
    await reference.update({ refreshingUntil: null, ...failed(error, id) }).catch(() => {});
    throw error instanceof NotOpened ? keyMissing(error) : error;
  }
}

/** What has another cause than Google, another instance may be spared. */
function failed(error: unknown, id: string): { failedRefresh?: string } {
  return error instanceof AppError && error.code === "provider_unavailable" ? { failedRefresh: id } : {};
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
