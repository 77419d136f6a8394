import type { Ctx } from "../core/ctx";
import { isOvertaken, transact } from "../core/firestore";
import { fromNow } from "../core/fromNow";
import { SIDEBAND_GRACE_SECONDS, SIDEBAND_TTL_SECONDS } from "./limits";
import { type AttachedSession, hold, type RelayConnection, withEarlierTurns } from "./relayConnection";
import { type SessionDoc, type SidebandDoc, sessions, sidebands } from "./store";

/** A WebRTC call whose session this relay holds now. */
export interface AttachedSideband extends AttachedSession {
  callId: string;
  /** Somebody held this very call before: the model knows what was said. */
  wasHeld: boolean;
}

/**
 * What became of taking a call up: `held` by this relay now; `busy`, another holds it; `over`, its session has ended and
 * it is to be hung up; `gone`, there is none.
 */
export type SidebandClaim =
  | { outcome: "held"; sideband: AttachedSideband }
  | { outcome: "over"; callId: string }
  | { outcome: "busy" | "gone" };

/** Notes a call that was begun, for a relay to take up. 1 write. */
export async function openSideband(
  ctx: Ctx,
  { sessionId, userId }: Pick<SessionDoc, "sessionId" | "userId">,
  callId: string,
): Promise<void> {
  await sidebands(ctx.db)
    .doc(sessionId)
    .set({
      sessionId,
      userId,
      callId,
      heldUntil: fromNow(ctx, SIDEBAND_GRACE_SECONDS),
      wasHeld: false,
      expiresAt: fromNow(ctx, SIDEBAND_TTL_SECONDS),
    });
}

/** The call that a session has, if any. 1 read. */
export async function findSideband(ctx: Ctx, sessionId: string): Promise<SidebandDoc | undefined> {
  return (await sidebands(ctx.db).doc(sessionId).get()).data();
}

/**
 * Takes a call up, where nobody holds it: of any number of relays that try, one does. One transaction: 2 reads, 2
 * writes; a session that was held before reads its latest turns.
 */
export async function claimSideband(
  ctx: Ctx,
  sessionId: string,
  { heldMs, ...connection }: RelayConnection & { heldMs: number },
): Promise<SidebandClaim> {
  const reference = sidebands(ctx.db).doc(sessionId);
  const claim = await transact(ctx.db, async (tx) => {
    const [found, session] = await Promise.all([tx.get(reference), tx.get(sessions(ctx.db).doc(sessionId))]);
    const sideband = found.data();
    if (!sideband) return { outcome: "gone" as const };
    const { callId, wasHeld } = sideband;
    const open = session.data();
    if (open?.status !== "active" || open.kind !== "webrtc") return { outcome: "over" as const, callId };
    if (wasHeld && sideband.heldUntil.toMillis() > ctx.now().getTime()) return { outcome: "busy" as const };
    tx.update(reference, { heldUntil: fromNow(ctx, heldMs / 1_000), wasHeld: true });
    return { outcome: "held" as const, session: hold(ctx, tx, open, connection), callId, wasHeld };
  });
  if (claim.outcome !== "held") return claim;
  const { callId, wasHeld, session } = claim;
  return { outcome: "held", sideband: { ...(await withEarlierTurns(ctx, session)), callId, wasHeld } };
}

/** Says that the call of a session is still held. 1 write. */
export async function renewSideband(ctx: Ctx, sessionId: string, heldMs: number): Promise<void> {
  try {
    await sidebands(ctx.db)
      .doc(sessionId)
      .update({ heldUntil: fromNow(ctx, heldMs / 1_000) });
  } catch (error) {
    if (!isOvertaken(error)) throw error;
  }
}

/** Lets go of a call that goes on, for whoever takes it up next; not of one that somebody else has taken up. 2 reads, 1 write. */
export async function releaseSideband(ctx: Ctx, sessionId: string, connectionId: string): Promise<void> {
  const reference = sidebands(ctx.db).doc(sessionId);
  await transact(ctx.db, async (tx) => {
    const [sideband, session] = await Promise.all([
      tx.get(reference),
      tx.get(sessions(ctx.db).doc(sessionId)),
    ]);
    const holder = session.data()?.connectionId ?? connectionId;
    if (sideband.exists && holder === connectionId) tx.update(reference, { heldUntil: fromNow(ctx, 0) });
  });
}

/** Forgets a call that is known to be over, unless the session has another by now. 1 read, 1 write. */
export async function closeSideband(ctx: Ctx, sessionId: string, callId: string): Promise<void> {
  const reference = sidebands(ctx.db).doc(sessionId);
  await transact(ctx.db, async (tx) => {
    const sideband = (await tx.get(reference)).data();
    if (sideband?.callId === callId) tx.delete(reference);
  });
}

/** The calls that nobody holds, those first that were let go first. Reads only those. */
export async function abandonedSidebands(
  ctx: Ctx,
  { most, forSeconds = 0 }: { most: number; forSeconds?: number },
): Promise<SidebandDoc[]> {
  const { docs } = await sidebands(ctx.db)
    .where("heldUntil", "<=", fromNow(ctx, -forSeconds))
    .orderBy("heldUntil")
    .limit(most)
    .get();
  return docs.map((document) => document.data());
}
