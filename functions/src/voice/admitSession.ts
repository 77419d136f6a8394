import { Timestamp, type Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { documentName } from "../core/firestore";
import { slidingWindow, type WindowPolicy } from "../core/slidingWindow";
import { type ScenarioInUse, scenarioFor } from "../scenarios/scenarioFor";
import { assertRoom, openSessions, withPlace } from "./activeSessions";
import { DEFAULT_INSTRUCTIONS, DEFAULT_VOICE } from "./defaults";
import { CONNECT_WINDOW, INTERVIEW_TTL_SECONDS, KEY_WINDOW, SESSION_TTL_SECONDS } from "./limits";
import type { ConnectInput } from "./schemas";
import { type SessionDoc, sessions, type UserLimitsDoc, userLimits } from "./store";

/** Who wants to speak in which session, and how it shall be if it is new. */
export type Admission = Pick<
  ConnectInput,
  "sessionId" | "userId" | "instructions" | "voice" | "language" | "scenarioId" | "variables" | "calendar"
> & {
  /** How its user speaks: over the relay, or over WebRTC. */
  kind?: "app" | "webrtc";
  /** The question that is practised in it, where that is known to begin. */
  interview?: SessionDoc["interview"];
  /** A new one lasts as long as a question of an interview may. */
  lastsAnHour?: boolean;
  /** The id was just made up: there is no such session yet, which then need not be looked for. */
  isNew?: boolean;
  /** Its user speaks with the model itself, by a key, of which only so many are given. */
  byKey?: boolean;
  /** Made up for this one admission: see `wasAdmitted`. */
  connectId?: string;
  /** Open sessions that end once a new one has begun: they do not count against it. */
  replaces?: readonly string[];
};

/**
 * Lets a user into a session, new or still open, within their limits. Costs 2 reads of `tx` and 1 write; 2 writes for a
 * new session, 1 read less where its id `isNew`, and 1 more where it has a scenario of the user's own.
 * @throws AppError permission_denied for another user's session, conflict for an ended one, session_expired,
 * rate_limited beyond the connects a minute, the keys an hour or the sessions at once
 */
export async function admitSession(ctx: Ctx, tx: Transaction, admission: Admission): Promise<SessionDoc> {
  const now = ctx.now().getTime();
  const sessionReference = sessions(ctx.db).doc(admission.sessionId);
  const limitsReference = userLimits(ctx.db).doc(documentName(admission.userId));
  const [session, limits] = await Promise.all([
    admission.isNew ? undefined : tx.get(sessionReference),
    tx.get(limitsReference),
  ]);

  const connects = countConnect(ctx, limits.data(), now);
  const keys = admission.byKey ? countKey(ctx, limits.data(), now) : limits.data()?.keys;
  const existing = session?.data();
  if (existing) {
    assertOpen(existing, admission.userId, now);
    assertKind(existing, admission);
  }
  const { connectId } = admission;
  const active = openSessions(limits.data(), now);
  if (!existing && !Object.hasOwn(active, admission.sessionId)) {
    assertRoom(without(active, admission.replaces ?? []), now);
  }

  const admitted = existing ?? newSession(ctx, admission, await scenarioOf(ctx, tx, admission));
  if (!existing) tx.create(sessionReference, admitted);
  tx.set(limitsReference, withPlace(ctx, { connects, keys, connectId }, active, admitted));
  return admitted;
}

/**
 * Whether a transaction that let a user into a session was committed; it cannot be known any more once another did. 1 read
 * of `tx`.
 */
export function wasAdmitted(
  ctx: Ctx,
  { userId, connectId }: Pick<Admission, "userId"> & { connectId: string },
): (tx: Transaction) => Promise<boolean> {
  const reference = userLimits(ctx.db).doc(documentName(userId));
  return async (tx) => (await tx.get(reference)).data()?.connectId === connectId;
}

function without(active: Record<string, number>, replaced: readonly string[]): Record<string, number> {
  return Object.fromEntries(Object.entries(active).filter(([sessionId]) => !replaced.includes(sessionId)));
}

/** @throws AppError where a session is of another kind: a phone call, or one over another transport */
function assertKind(session: SessionDoc, { kind = "app" }: Admission): void {
  if (session.kind === kind) return;
  throw new AppError("conflict", `This session is of kind ${session.kind}: connect with a new sessionId.`);
}

/** @throws AppError where `userId` cannot speak in this session (any more) */
export function assertOpen(session: SessionDoc, userId: string, now: number): void {
  if (session.userId !== userId) throw new AppError("permission_denied", "Unauthorized");
  if (session.status === "ended")
    throw new AppError("conflict", "This session has ended: connect with a new sessionId.");
  if (session.expiresAt.toMillis() <= now)
    throw new AppError("session_expired", "This session has expired: connect with a new sessionId.");
}

/** The times of a user's connects with one more. @throws AppError rate_limited beyond the connects a minute */
export function countConnect(ctx: Ctx, limits: UserLimitsDoc | undefined, now: number): number[] {
  return countOne(ctx, limits?.connects, now, { ...CONNECT_WINDOW, what: "connects a minute" });
}

/** The times at which a user was given a key with one more. @throws AppError rate_limited beyond the keys an hour */
function countKey(ctx: Ctx, limits: UserLimitsDoc | undefined, now: number): number[] {
  return countOne(ctx, limits?.keys, now, { ...KEY_WINDOW, what: "keys an hour" });
}

function countOne(
  ctx: Ctx,
  times: number[] | undefined,
  now: number,
  { what, ...policy }: WindowPolicy & { what: string },
): number[] {
  const verdict = slidingWindow(times, now, policy);
  ctx.onLimit?.({ ...policy, remaining: verdict.allowed ? verdict.remaining : 0 });
  if (verdict.allowed) return verdict.times;
  const { retryAfterSeconds } = verdict;
  throw new AppError(
    "rate_limited",
    `At most ${policy.limit} ${what}: try again in ${retryAfterSeconds} s.`,
    { details: { retryAfterSeconds } },
  );
}

async function scenarioOf(
  ctx: Ctx,
  tx: Transaction,
  admission: Admission,
): Promise<ScenarioInUse | undefined> {
  const { scenarioId, userId, variables } = admission;
  return scenarioId === undefined ? undefined : scenarioFor(ctx, tx, { scenarioId, userId, variables });
}

function newSession(ctx: Ctx, admission: Admission, scenario: ScenarioInUse | undefined): SessionDoc {
  const now = ctx.now().getTime();
  const { kind = "app", interview } = admission;
  const ttlSeconds = admission.lastsAnHour ? INTERVIEW_TTL_SECONDS : SESSION_TTL_SECONDS;
  return {
    sessionId: admission.sessionId,
    userId: admission.userId,
    kind,
    status: "active",
    createdAt: Timestamp.fromMillis(now),
    expiresAt: Timestamp.fromMillis(now + ttlSeconds * 1_000),
    model: ctx.config.OPENAI_REALTIME_MODEL,
    voice: admission.voice ?? scenario?.voice ?? DEFAULT_VOICE,
    ...(admission.language === undefined ? {} : { language: admission.language }),
    instructions: scenario?.instructions ?? admission.instructions ?? DEFAULT_INSTRUCTIONS,
    ...(scenario ? { scenario: scenario.snapshot } : {}),
    ...(interview ? { interview } : {}),
    ...(admission.calendar || scenario?.usesCalendar ? { calendar: true } : {}),
    relayId: null,
    connectionId: null,
    connections: 0,
  };
}
