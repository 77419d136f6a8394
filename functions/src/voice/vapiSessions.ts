import { Timestamp, type Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { documentName, transact } from "../core/firestore";
import { sha256 } from "../core/ids";
import { assertRoom, openSessions, withPlace } from "./activeSessions";
import { countConnect } from "./admitSession";
import { DEFAULT_VOICE } from "./defaults";
import { endedFields, markEnded } from "./endSession";
import { MAX_ACTIVE_SESSIONS, MAX_OTHER_CALLS, SESSION_TTL_SECONDS } from "./limits";
import type { EndReason } from "./schemas";
import { type SessionDoc, sessions, type TurnDoc, turns, userLimits } from "./store";

/** A session whose speaker talks with an assistant of Vapi's. */
export type VapiSession = SessionDoc & { vapi: NonNullable<SessionDoc["vapi"]> };

/** Who was let in and when: what a client is given, and what Vapi's messages name a session by. */
export interface PatientContext {
  /** The uid. */
  id: string;
  /** ISO 8601, to the millisecond; no two of a user's are the same. */
  validatedAt: string;
}

/** A turn as Vapi tells of it. */
export interface VapiTurn {
  itemId: string;
  role: "user" | "assistant";
  content: string;
  startedAt: Date;
}

const PREFIX = "vapi_";

/** Messages carry no id of ours: what they do carry leads to the session by one read. */
export function vapiSessionId({ id, validatedAt }: PatientContext): string {
  return `${PREFIX}${sha256(`${id} ${validatedAt}`).slice(0, 32)}`;
}

/**
 * Opens a session, within a user's limits; where there is no room it takes the place of those that never came to a call.
 * One transaction: 1 read, 2 writes; where there is no room up to 3 reads and 6 writes more.
 * @throws AppError rate_limited beyond the connects a minute or the sessions at once
 */
export async function openVapiSession(
  ctx: Ctx,
  { userId, assistantId }: { userId: string; assistantId: string },
): Promise<{ session: VapiSession; context: PatientContext }> {
  const limitsReference = userLimits(ctx.db).doc(documentName(userId));
  // Two starts of a user in one millisecond want the same id of a session: by this each knows its own.
  const startId = ctx.newId();
  let opened: VapiSession | undefined;
  const openOne = async (tx: Transaction) => {
    const limits = (await tx.get(limitsReference)).data();
    const now = ctx.now().getTime();
    const at = freeMoment(limits?.connects ?? [], now);
    const connects = countConnect(ctx, limits, at);
    const open = openSessions(limits, now);
    const vain = Object.keys(open).length < MAX_ACTIVE_SESSIONS ? [] : await withoutCall(ctx, tx, open);
    for (const session of vain) {
      markEnded(ctx, tx, session, "replaced");
      delete open[session.sessionId];
    }
    assertRoom(open, now);
    const context = { id: userId, validatedAt: new Date(at).toISOString() };
    const session = newSession(context, { assistantId, startId });
    opened = session;
    tx.create(sessions(ctx.db).doc(session.sessionId), session);
    tx.set(limitsReference, withPlace(ctx, { ...limits, connects }, open, session));
    return { session, context };
  };
  return transact(ctx.db, openOne, async (tx) => {
    if (!opened) return false;
    const found = (await tx.get(sessions(ctx.db).doc(opened.sessionId))).data();
    return found?.vapi?.startId === startId;
  });
}

/** Of a user's open sessions those with Vapi that never came to a call. A read each. */
async function withoutCall(ctx: Ctx, tx: Transaction, open: Record<string, number>): Promise<VapiSession[]> {
  const ids = Object.keys(open).filter((sessionId) => sessionId.startsWith(PREFIX));
  const found = await Promise.all(ids.map((id) => tx.get(sessions(ctx.db).doc(id))));
  return found
    .flatMap((document) => vapiSession(document.data()) ?? [])
    .filter(({ vapi }) => vapi.callId === null);
}

/** Now, or the millisecond after those in which the user has just connected: ids are made of it. */
function freeMoment(connects: number[], now: number): number {
  // A clock that is ahead of ours is not caught up with.
  const lately = connects.filter((time) => time < now + 1_000);
  return Math.max(now, ...lately.map((time) => time + 1));
}

function newSession(
  context: PatientContext,
  { assistantId, startId }: { assistantId: string; startId: string },
): VapiSession {
  const at = Date.parse(context.validatedAt);
  return {
    sessionId: vapiSessionId(context),
    userId: context.id,
    kind: "vapi",
    status: "active",
    createdAt: Timestamp.fromMillis(at),
    expiresAt: Timestamp.fromMillis(at + SESSION_TTL_SECONDS * 1_000),
    // Model, voice and instructions are the assistant's, and known to Vapi alone.
    model: "vapi",
    voice: DEFAULT_VOICE,
    instructions: "",
    relayId: null,
    connectionId: null,
    connections: 0,
    vapi: { assistantId, callId: null, isReported: false, otherCallIds: [], startId },
  };
}

/** What a message of Vapi's does to a session. */
export interface VapiChange {
  /** Ends it. */
  ended?: EndReason;
  /** A turn that was spoken just now. */
  turn?: VapiTurn;
  /** The whole conversation, in its order; it takes the place of the turns that were told one by one. */
  conversation?: VapiTurn[];
}

/**
 * Applies what a call of Vapi's tells to its session. The first call that names a session is its call: another's messages
 * change nothing, but it is remembered. Told twice, late or in another order it comes to the same. One transaction: 1 read,
 * and 1 a turn where the conversation is told; a write for the session and for each turn, none where nothing changes.
 * @returns the session as it is then; undefined where there is none, or the call is not its own
 */
export async function changeVapiSession(
  ctx: Ctx,
  { sessionId, callId }: { sessionId: string; callId: string },
  change: VapiChange,
): Promise<VapiSession | undefined> {
  const reference = sessions(ctx.db).doc(sessionId);
  return transact(ctx.db, async (tx) => {
    const session = vapiSession((await tx.get(reference)).data());
    if (!session) return undefined;
    if ((session.vapi.callId ?? callId) !== callId) {
      rememberOther(ctx, tx, session, callId);
      return undefined;
    }
    const conversation = change.conversation ?? [];
    const isReported = session.vapi.isReported || conversation.length > 0;
    await writeTurns(ctx, tx, session, change);
    const vapi = { ...session.vapi, callId, isReported };
    if (session.vapi.callId !== callId || session.vapi.isReported !== isReported)
      tx.update(reference, { vapi });
    return end(ctx, tx, { ...session, vapi }, change.ended);
  });
}

/** What names a session is erased with it, also where nothing else is known of it. */
function rememberOther(ctx: Ctx, tx: Transaction, { sessionId, vapi }: VapiSession, callId: string): void {
  const { otherCallIds: others } = vapi;
  if (others.includes(callId)) return;
  if (others.length >= MAX_OTHER_CALLS) {
    ctx.log.warn("a call will not be erased with its session, which has had too many", { sessionId, callId });
    return;
  }
  tx.update(sessions(ctx.db).doc(sessionId), { vapi: { ...vapi, otherCallIds: [...others, callId] } });
}

async function writeTurns(
  ctx: Ctx,
  tx: Transaction,
  session: VapiSession,
  change: VapiChange,
): Promise<void> {
  const { turn, conversation = [] } = change;
  const spoken = turns(ctx.db, session.sessionId);
  const startedMs = session.createdAt.toMillis();
  if (conversation.length > 0) {
    const { docs } = await tx.get(spoken);
    const kept = new Set(conversation.map(({ itemId }) => itemId));
    for (const { id, ref } of docs) if (!kept.has(id)) tx.delete(ref);
    for (const [order, one] of conversation.entries())
      tx.set(spoken.doc(one.itemId), turnOf(session, one, order));
  } else if (turn && !session.vapi.isReported) {
    tx.set(spoken.doc(turn.itemId), turnOf(session, turn, turn.startedAt.getTime() - startedMs));
  }
}

function turnOf(
  { sessionId, userId }: VapiSession,
  { itemId, role, content, startedAt }: VapiTurn,
  order: number,
): TurnDoc {
  const timestamp = Timestamp.fromDate(startedAt);
  return { sessionId, userId, itemId, role, content, timestamp, order, interrupted: false };
}

/** A message may say that a call is over without saying why: then the one that does tells the reason, whichever comes first. */
function end(ctx: Ctx, tx: Transaction, session: VapiSession, reason: EndReason | undefined): VapiSession {
  if (!reason) return session;
  if (session.status !== "ended") {
    markEnded(ctx, tx, session, reason);
    return { ...session, ...endedFields(ctx, reason) };
  }
  if (session.endReason !== UNTOLD || reason === UNTOLD) return session;
  tx.update(sessions(ctx.db).doc(session.sessionId), { endReason: reason });
  return { ...session, endReason: reason };
}

/** How a call has ended of which Vapi does not say why: as most do. */
export const UNTOLD: EndReason = "hangup";

function vapiSession(session: SessionDoc | undefined): VapiSession | undefined {
  return session?.vapi ? { ...session, vapi: session.vapi } : undefined;
}
