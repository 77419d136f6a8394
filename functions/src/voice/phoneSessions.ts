import {
  FieldPath,
  type Query,
  type QueryDocumentSnapshot,
  Timestamp,
  type Transaction,
} from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { documentName, isOvertaken, transact } from "../core/firestore";
import { pageOf, type TimePage } from "../core/timePages";
import type { ScenarioInUse } from "../scenarios/scenarioFor";
import { assertRoom, keepPlace, openSessions, withPlace } from "./activeSessions";
import type { AnsweredBy, CallRecord, CallStatus } from "./callRecord";
import { endedFields, markEnded } from "./endSession";
import type { EndReason } from "./schemas";
import { type SessionDoc, sessions, userLimits } from "./store";

/** A session whose speaker is on the phone. */
export type PhoneSession = SessionDoc & { call: CallRecord };

export interface NewPhoneSession {
  sessionId: string;
  userId: string;
  scenario: ScenarioInUse;
  language?: string;
  /** When it ends by itself. */
  expiresAt: Date;
  call: Pick<
    CallRecord,
    "direction" | "callSid" | "from" | "to" | "maxMinutes" | "record" | "verdict" | "checkAt"
  >;
}

/**
 * Opens the session of a call that a user places, within the sessions that the user may have open at once. 1 read of
 * `tx`, 2 writes.
 * @throws AppError rate_limited
 */
export async function openPlacedCall(
  ctx: Ctx,
  tx: Transaction,
  opened: NewPhoneSession,
): Promise<PhoneSession> {
  const limitsReference = userLimits(ctx.db).doc(documentName(opened.userId));
  const limits = (await tx.get(limitsReference)).data();
  const now = ctx.now().getTime();
  const active = openSessions(limits, now);
  assertRoom(active, now);
  const session = newPhoneSession(ctx, opened);
  tx.create(sessions(ctx.db).doc(opened.sessionId), session);
  tx.set(limitsReference, withPlace(ctx, limits, active, session));
  return session;
}

/** Opens the session of a call that came in; it takes no place among those that its user may have open. 1 write. */
export function openReceivedCall(ctx: Ctx, tx: Transaction, opened: NewPhoneSession): PhoneSession {
  const session = newPhoneSession(ctx, opened);
  tx.create(sessions(ctx.db).doc(opened.sessionId), session);
  return session;
}

function newPhoneSession(
  ctx: Ctx,
  { scenario, language, expiresAt, call, ...whose }: NewPhoneSession,
): PhoneSession {
  return {
    ...whose,
    kind: "phone",
    status: "active",
    createdAt: Timestamp.fromDate(ctx.now()),
    expiresAt: Timestamp.fromDate(expiresAt),
    model: ctx.config.OPENAI_REALTIME_MODEL,
    voice: scenario.voice,
    ...(language === undefined ? {} : { language }),
    instructions: scenario.instructions,
    scenario: scenario.snapshot,
    ...(scenario.usesCalendar ? { calendar: true } : {}),
    relayId: null,
    connectionId: null,
    connections: 0,
    call: { ...call, statuses: {}, answers: 0, checks: 0 },
  };
}

/** What becomes of a call: fields of its record, when its session ends by itself, and whether it ends now. */
export interface CallChange {
  call?: Partial<CallRecord>;
  expiresAt?: Timestamp;
  ended?: EndReason;
}

/**
 * Changes a call as `change` says, which may be run more than once and may write more to the same transaction. 1 read,
 * and a write where there is a change; one more where the session ends. A session that has ended keeps its reason.
 * @returns the session as it is then; undefined where there is none
 */
export async function changeCall(
  ctx: Ctx,
  sessionId: string,
  change: (session: PhoneSession, tx: Transaction) => CallChange | undefined,
): Promise<PhoneSession | undefined> {
  return transact(ctx.db, (tx) => changeCallWithin(ctx, tx, sessionId, change));
}

/** Likewise within a transaction, before it writes: 1 read of `tx`. */
export async function changeCallWithin(
  ctx: Ctx,
  tx: Transaction,
  sessionId: string,
  change: (session: PhoneSession, tx: Transaction) => CallChange | undefined,
): Promise<PhoneSession | undefined> {
  const session = await readPhoneSession(ctx, tx, sessionId);
  if (!session) return undefined;
  const { call, expiresAt = session.expiresAt, ended } = change(session, tx) ?? {};
  const changed = { ...session, expiresAt, call: { ...session.call, ...call } };
  if (call) tx.update(sessions(ctx.db).doc(sessionId), { call: changed.call, expiresAt });
  if (session.call.direction === "outbound" && !expiresAt.isEqual(session.expiresAt))
    keepPlace(ctx, tx, changed);
  if (!ended || session.status === "ended") return changed;
  markEnded(ctx, tx, session, ended);
  return { ...changed, ...endedFields(ctx, ended) };
}

/**
 * What became of a call on its way, or who has answered it. Without a transaction: Twilio tells several such things at
 * the same moment, and each stands in a field of its own. 1 write.
 * @returns false where the session is gone: nothing was written
 */
export async function noteCall(
  ctx: Ctx,
  sessionId: string,
  noted: { callSid: string } & (
    | { status: CallStatus; event: NonNullable<CallRecord["statuses"][CallStatus]> }
    | { answeredBy: AnsweredBy }
  ),
): Promise<boolean> {
  const change =
    "status" in noted
      ? { [`call.statuses.${noted.status}`]: noted.event }
      : { "call.answeredBy": noted.answeredBy };
  try {
    await sessions(ctx.db)
      .withConverter(null)
      .doc(sessionId)
      .update({ "call.callSid": noted.callSid, ...change });
    return true;
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    return false;
  }
}

/** Within a transaction: the session of a call. 1 read of `tx`. */
export async function readPhoneSession(
  ctx: Ctx,
  tx: Transaction,
  sessionId: string,
): Promise<PhoneSession | undefined> {
  return phoneSession((await tx.get(sessions(ctx.db).doc(sessionId))).data());
}

/** Within a transaction that has read it: a call's record as it is from now on. 1 write. */
export function writeCall(ctx: Ctx, tx: Transaction, sessionId: string, call: CallRecord): void {
  tx.update(sessions(ctx.db).doc(sessionId), { call });
}

/** The session of a call. 1 read. */
export async function findPhoneSession(ctx: Ctx, sessionId: string): Promise<PhoneSession | undefined> {
  return phoneSession((await sessions(ctx.db).doc(sessionId).get()).data());
}

/** The session of the call that Twilio knows by this SID. 1 read. */
export async function findCall(ctx: Ctx, callSid: string): Promise<PhoneSession | undefined> {
  const { docs } = await sessions(ctx.db).where("call.callSid", "==", callSid).limit(1).get();
  return phoneSession(docs[0]?.data());
}

/** The calls to a number that nobody has confirmed yet, and that are not given up. Reads those alone, ten at most. */
export async function unconfirmedCallsTo(ctx: Ctx, to: string): Promise<PhoneSession[]> {
  const { docs } = await sessions(ctx.db)
    .where("call.to", "==", to)
    .where("status", "==", "active")
    .limit(10)
    .get();
  const calls = docs.flatMap((document) => phoneSession(document.data()) ?? []);
  return calls.filter(({ call }) => call.callSid === null);
}

/** A user's calls, newest first. Reads at most one document more than it returns. */
export async function listCallsOf(
  ctx: Ctx,
  { userId, ...page }: { userId: string; limit: number; cursor?: string },
): Promise<TimePage<PhoneSession>> {
  const query: Query<SessionDoc, SessionDoc> = sessions(ctx.db)
    .where("userId", "==", userId)
    .where("kind", "==", "phone")
    .orderBy("createdAt", "desc")
    .orderBy(FieldPath.documentId(), "desc");
  const { shown, nextCursor } = await pageOf(query, page);
  return { shown: shown.flatMap((session) => phoneSession(session) ?? []), nextCursor };
}

/** After how long a session that could not be read is tried again. */
const UNREADABLE_SECONDS = 60 * 60;

/**
 * The calls of which Twilio is to be asked by now, the longest overdue first. Reads only those. One that cannot be read
 * keeps none of the others waiting: it is logged, and due again an hour later.
 */
export async function callsToCheck(ctx: Ctx, most: number): Promise<PhoneSession[]> {
  const { docs } = await sessions(ctx.db)
    .where("call.checkAt", "<=", Timestamp.fromDate(ctx.now()))
    .orderBy("call.checkAt")
    .limit(most)
    .get();
  const calls = await Promise.all(docs.map((document) => readableCall(ctx, document)));
  return calls.filter((session) => session !== undefined);
}

async function readableCall(
  ctx: Ctx,
  document: QueryDocumentSnapshot<SessionDoc, SessionDoc>,
): Promise<PhoneSession | undefined> {
  try {
    return phoneSession(document.data());
  } catch (error) {
    ctx.log.error("a call cannot be read", { sessionId: document.id, error });
    const checkAt = Timestamp.fromMillis(ctx.now().getTime() + UNREADABLE_SECONDS * 1_000);
    await document.ref.update({ "call.checkAt": checkAt });
    return undefined;
  }
}

function phoneSession(session: SessionDoc | undefined): PhoneSession | undefined {
  return session?.call ? { ...session, call: session.call } : undefined;
}
