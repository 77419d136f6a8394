import type { Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { admitSession, assertOpen } from "./admitSession";
import { MAX_RESUMED_TURNS } from "./limits";
import { type SessionDoc, sessions, type TurnDoc, turns } from "./store";
import { assertRedeemable, ticketReference, verifyTicket } from "./tickets";

/** The socket of a relay instance that takes a session up. */
export interface RelayConnection {
  relayId: string;
  connectionId: string;
}

/** A session, held by one socket, with all that the relay needs to speak in it. */
export interface AttachedSession {
  /** With the time zone of its user's calendar, once that was read; it is not stored. */
  session: SessionDoc & { calendarZone?: string };
  /** What was said before, oldest first, where the session is taken up again. */
  earlierTurns: TurnDoc[];
}

/**
 * Redeems a ticket: of any number of sockets that show it at once, exactly one gets the session. A socket that held
 * the session before is displaced. One transaction: 2 reads, 2 writes; a session taken up again reads its turns.
 * @throws AppError unauthenticated, conflict, session_expired
 */
export async function attachByTicket(
  ctx: Ctx,
  ticket: string,
  connection: RelayConnection,
): Promise<AttachedSession> {
  const claims = verifyTicket(ctx, ticket);
  const reference = ticketReference(ctx, ticket);
  const session = await transact(
    ctx.db,
    async (tx) => {
      const [stored, current] = await Promise.all([
        tx.get(reference),
        tx.get(sessions(ctx.db).doc(claims.sessionId)),
      ]);
      assertRedeemable(stored, claims);
      const existing = current.data();
      // Deleted between connect and here: as if the ticket had never been.
      if (!existing) throw new AppError("unauthenticated", "This session does not exist: connect again.");
      assertOpen(existing, claims.userId, ctx.now().getTime());
      tx.delete(reference);
      return hold(ctx, tx, existing, connection);
    },
    isHeldBy(ctx, claims.sessionId, connection),
  );
  return withEarlierTurns(ctx, session);
}

/**
 * Takes a session up for a user whose ID token was checked; `sessionId` is made where none is given. The same limits
 * as for connecting apply. One transaction: 2 reads, at most 3 writes.
 * @throws AppError permission_denied, conflict, session_expired, rate_limited
 */
export async function attachByUser(
  ctx: Ctx,
  user: { userId: string; sessionId?: string },
  connection: RelayConnection,
): Promise<AttachedSession> {
  const sessionId = user.sessionId ?? ctx.newId();
  const session = await transact(
    ctx.db,
    async (tx) => {
      const admitted = await admitSession(ctx, tx, { sessionId, userId: user.userId });
      return hold(ctx, tx, admitted, connection);
    },
    isHeldBy(ctx, sessionId, connection),
  );
  return withEarlierTurns(ctx, session);
}

/**
 * Lets go of a session whose socket has closed, unless another socket has taken it up meanwhile. 1 read, 1 write.
 * @returns whether the session has ended meanwhile, so that its transcript is to be finished
 */
export async function detachRelay(ctx: Ctx, sessionId: string, connectionId: string): Promise<boolean> {
  const reference = sessions(ctx.db).doc(sessionId);
  return transact(ctx.db, async (tx) => {
    const session = (await tx.get(reference)).data();
    if (session?.connectionId === connectionId) tx.update(reference, { relayId: null, connectionId: null });
    return session?.status === "ended";
  });
}

/** Within a transaction that has read it: this connection holds a session from now on; again it counts once. 1 write. */
export function hold(
  ctx: Ctx,
  tx: Transaction,
  session: SessionDoc,
  connection: RelayConnection & Pick<SessionDoc, "webrtcCallId">,
): SessionDoc {
  const isHeld = session.connectionId === connection.connectionId;
  const held = { ...connection, connections: session.connections + (isHeld ? 0 : 1) };
  tx.update(sessions(ctx.db).doc(session.sessionId), held);
  return { ...session, ...held };
}

function isHeldBy(ctx: Ctx, sessionId: string, { connectionId }: RelayConnection) {
  const reference = sessions(ctx.db).doc(sessionId);
  return async (tx: Transaction) => (await tx.get(reference)).data()?.connectionId === connectionId;
}

/** A session with what was said before in it. Reads its latest turns where it was held before. */
export async function withEarlierTurns(ctx: Ctx, session: SessionDoc): Promise<AttachedSession> {
  if (session.connections === 1) return { session, earlierTurns: [] };
  const latest = await turns(ctx.db, session.sessionId)
    .orderBy("order", "desc")
    .limit(MAX_RESUMED_TURNS)
    .get();
  return { session, earlierTurns: latest.docs.map((document) => document.data()).reverse() };
}
