import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { isThere, transact } from "../core/firestore";
import { fromNow } from "../core/fromNow";
import { markEnded } from "./endSession";
import { SIDEBAND_GRACE_SECONDS, SIDEBAND_TTL_SECONDS } from "./limits";
import { type AttachedSession, hold, type RelayConnection, withEarlierTurns } from "./relayConnection";
import type { EndReason } from "./schemas";
import { type SessionDoc, type SidebandDoc, sessions, sidebands } from "./store";

// A call has a note from before its client knows of it until it is known to be over: whatever dies in between, somebody
// finds the note and hangs up. A session may have several calls for a moment, of which one is its own.

/** A call as it is noted. */
export type NotedCall = SidebandDoc;

/** A call that this connection is to join, and the session that it is for. */
export interface ReservedCall extends AttachedSession {
  callId: string;
  keyId: string;
  /** Somebody was in this very call before: the model knows what was said. */
  wasJoined: boolean;
  /** Its user was told that the time is nearly up. */
  wasWarned: boolean;
}

/**
 * What became of reserving a call: `reserved` for this connection; `busy`, another is in it, or about to join it; `over`, it is not its
 * session's any more, or never came to be, and is to be hung up; `gone`, there is none.
 */
export type Reservation =
  | { outcome: "reserved"; call: ReservedCall }
  | { outcome: "over"; keyId: string }
  | { outcome: "busy"; isJoined: boolean }
  | { outcome: "gone" };

/**
 * Notes a call that was begun for an open session. 1 read, 1 write.
 * @throws AppError conflict where the session has ended meanwhile
 */
export async function noteCall(
  ctx: Ctx,
  { sessionId, userId }: Pick<SessionDoc, "sessionId" | "userId">,
  { callId, keyId }: { callId: string; keyId: string },
): Promise<void> {
  const reference = sidebands(ctx.db).doc(callId);
  await transact(
    ctx.db,
    async (tx) => {
      const session = (await tx.get(sessions(ctx.db).doc(sessionId))).data();
      if (session?.status !== "active") {
        throw new AppError("conflict", "This session has ended: connect with a new sessionId.");
      }
      tx.create(reference, {
        callId,
        sessionId,
        userId,
        keyId,
        heldBy: null,
        heldUntil: fromNow(ctx, SIDEBAND_GRACE_SECONDS),
        wasJoined: false,
        wasWarned: false,
        expiresAt: fromNow(ctx, SIDEBAND_TTL_SECONDS),
      });
    },
    isThere(reference),
  );
}

/**
 * Keeps a call for one connection that is about to join it: of any number that try, one may. 2 reads, 1 write; a call
 * that was joined before reads the latest turns of its session.
 * @param isAsked the backend has just begun the call; else one that was never joined is over
 */
export async function reserveCall(
  ctx: Ctx,
  callId: string,
  { connectionId, heldMs, isAsked }: { connectionId: string; heldMs: number; isAsked: boolean },
): Promise<Reservation> {
  const reference = sidebands(ctx.db).doc(callId);
  const reserved = await transact(
    ctx.db,
    async (tx): Promise<Reservation> => {
      const note = (await tx.get(reference)).data();
      if (!note) return { outcome: "gone" };
      const session = (await tx.get(sessions(ctx.db).doc(note.sessionId))).data();
      const { keyId, wasJoined, wasWarned } = note;
      if (!isGoingOn(note, session) || !(wasJoined || isAsked)) return { outcome: "over", keyId };
      if (note.heldBy !== null && note.heldUntil > fromNow(ctx, 0))
        return { outcome: "busy", isJoined: wasJoined };
      tx.update(reference, { heldBy: connectionId, heldUntil: fromNow(ctx, heldMs / 1_000) });
      return {
        outcome: "reserved",
        call: { session, earlierTurns: [], callId, keyId, wasJoined, wasWarned },
      };
    },
    async (tx) => (await tx.get(reference)).data()?.heldBy === connectionId,
  );
  if (reserved.outcome !== "reserved") return reserved;
  const { call } = reserved;
  const asJoined = { ...call.session, connections: call.session.connections + 1 };
  const { earlierTurns } = await withEarlierTurns(ctx, asJoined);
  return { outcome: "reserved", call: { ...call, earlierTurns } };
}

/**
 * Says that a reserved call was joined: from now on it is its session's, and this connection holds that. 2 reads, 2 writes.
 * @returns the session as it is then; undefined where the call was lost meanwhile
 */
export async function joinedCall(
  ctx: Ctx,
  callId: string,
  { heldMs, ...connection }: RelayConnection & { heldMs: number },
): Promise<SessionDoc | undefined> {
  const reference = sidebands(ctx.db).doc(callId);
  return transact(ctx.db, async (tx) => {
    const note = (await tx.get(reference)).data();
    if (note?.heldBy !== connection.connectionId) return undefined;
    const session = (await tx.get(sessions(ctx.db).doc(note.sessionId))).data();
    if (!isGoingOn(note, session)) return undefined;
    tx.update(reference, { wasJoined: true, heldUntil: fromNow(ctx, heldMs / 1_000) });
    return hold(ctx, tx, session, { ...connection, webrtcCallId: callId });
  });
}

/** Ends the session of a call, unless that has another call by now. 1 read, 2 writes. */
export async function endSessionOf(
  ctx: Ctx,
  { callId, sessionId }: Pick<SidebandDoc, "callId" | "sessionId">,
  reason: EndReason,
): Promise<void> {
  await transact(ctx.db, async (tx) => {
    const session = (await tx.get(sessions(ctx.db).doc(sessionId))).data();
    if (session?.webrtcCallId === callId) markEnded(ctx, tx, session, reason);
  });
}

/** Holds a call for longer. 2 reads, 1 write. @returns whether it goes on and was still held by this connection */
export async function renewCall(
  ctx: Ctx,
  callId: string,
  { connectionId, heldMs }: { connectionId: string; heldMs: number },
): Promise<boolean> {
  const reference = sidebands(ctx.db).doc(callId);
  return transact(ctx.db, async (tx) => {
    const note = (await tx.get(reference)).data();
    if (note?.heldBy !== connectionId) return false;
    if (!isGoingOn(note, (await tx.get(sessions(ctx.db).doc(note.sessionId))).data())) return false;
    tx.update(reference, { heldUntil: fromNow(ctx, heldMs / 1_000) });
    return true;
  });
}

/**
 * Lets go of a call, for whoever takes it up next. 3 reads, 1 write.
 * @param held how long it is left alone, and whether its user was told that the time is nearly up
 * @returns whether it goes on; else it is to be hung up
 */
export async function releaseCall(
  ctx: Ctx,
  callId: string,
  held: { connectionId: string; afterSeconds: number; wasWarned: boolean },
): Promise<boolean> {
  const { connectionId, wasWarned } = held;
  const heldUntil = fromNow(ctx, held.afterSeconds);
  await letGoOf(ctx, callId, connectionId, { heldBy: null, heldUntil, wasWarned });
  const note = (await sidebands(ctx.db).doc(callId).get()).data();
  return note === undefined || isCallGoingOn(ctx, note);
}

/** Whether a call that was joined is still the one of its open session. 1 read. */
export async function isCallGoingOn(ctx: Ctx, note: NotedCall): Promise<boolean> {
  if (!note.wasJoined) return false;
  return isGoingOn(note, (await sessions(ctx.db).doc(note.sessionId).get()).data());
}

/** Leaves a call that could not be hung up alone for a while, so that it is in nobody's way. 1 write. */
export async function postponeCall(ctx: Ctx, callId: string, seconds: number): Promise<void> {
  await sidebands(ctx.db)
    .doc(callId)
    .update({ heldUntil: fromNow(ctx, seconds) });
}

/** Forgets a call that is known to be over. 1 write. */
export async function forgetCall(ctx: Ctx, callId: string): Promise<void> {
  await sidebands(ctx.db).doc(callId).delete();
}

/** The calls that nobody holds, those first that were let go first. Reads only those. */
export async function abandonedCalls(
  ctx: Ctx,
  { most, forSeconds = 0 }: { most: number; forSeconds?: number },
): Promise<NotedCall[]> {
  const { docs } = await sidebands(ctx.db)
    .where("heldUntil", "<=", fromNow(ctx, -forSeconds))
    .orderBy("heldUntil")
    .limit(most)
    .get();
  return docs.map((document) => document.data());
}

/** Whether a call is, or is to become, the one of its open session. */
function isGoingOn(note: SidebandDoc, session: SessionDoc | undefined): session is SessionDoc {
  if (session?.status !== "active" || session.kind !== "webrtc") return false;
  return !note.wasJoined || session.webrtcCallId === note.callId;
}

async function letGoOf(
  ctx: Ctx,
  callId: string,
  connectionId: string,
  change: Pick<SidebandDoc, "heldBy" | "heldUntil" | "wasWarned">,
): Promise<void> {
  const reference = sidebands(ctx.db).doc(callId);
  await transact(ctx.db, async (tx) => {
    if ((await tx.get(reference)).data()?.heldBy === connectionId) tx.update(reference, change);
  });
}
