import { Timestamp } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { isAlreadyThere, transact } from "../core/firestore";
import { sha256 } from "../core/ids";
import { countUse } from "../core/rateLimit";
import { scenarioFor } from "../scenarios/scenarioFor";
import { enqueueDial } from "./enqueueDial";
import { ENQUEUE_AHEAD_SECONDS, MAX_SCHEDULED, SCHEDULE_AHEAD_SECONDS, SCHEDULE_WINDOW } from "./limits";
import { callableNumber } from "./phoneNumber";
import { toScheduledCall } from "./readScheduled";
import { requirePhone } from "./requirePhone";
import type { ScheduledCall, ScheduleInput } from "./schemas";
import { assertPayable } from "./spend";
import { type ScheduledCallDoc, scheduledCalls } from "./store";

/**
 * Schedules a call; whether it may be placed is decided at its time. A request that comes again with its Idempotency-Key
 * schedules none, and gives the call that the first did as it is now. About 1,000 a user. 2 reads and 2 writes, a read
 * more with such a key and one with a scenario of the user's own; a write more where it is handed over to Cloud Tasks at
 * once: what is farther than 29 days ahead is so by the sweep.
 * @throws AppError invalid_argument for a number, a time or variables that cannot be, or a call that costs more than a
 * day's may, not_found for an unknown scenario, rate_limited, not_configured, conflict where there are 1,000 already or
 * the key was used for another request
 */
export async function scheduleCall(ctx: Ctx, input: ScheduleInput): Promise<ScheduledCall> {
  const { uid } = requireCaller(ctx);
  const to = callableNumber(input.phone_number, requirePhone(ctx.config), ctx.config);
  const at = new Date(input.scheduled_time);
  const options = optionsOf({ ...input, phone_number: to });
  const identity = identityOf(ctx, uid, at, options);
  const earlier = await sameRequest(ctx, identity);
  if (earlier) return toScheduledCall(earlier);
  const ahead = secondsAhead(ctx, at);
  assertPayable(ctx, options.max_minutes);
  await countUse(ctx, { what: "schedule", by: uid, policy: SCHEDULE_WINDOW });
  const call = newScheduledCall(ctx, at, { ...identity, userId: uid, options });
  await assertUsable(ctx, call);
  await assertRoom(ctx, uid);
  const created = await create(ctx, call);
  if ("other" in created) return toScheduledCall(created.other);
  if (ahead <= ENQUEUE_AHEAD_SECONDS) await enqueueDial(ctx, { call, readAt: created.writtenAt });
  return toScheduledCall(call);
}

/** @returns the call of the same request, where that has come at the same moment */
async function create(
  ctx: Ctx,
  call: ScheduledCallDoc,
): Promise<{ other: ScheduledCallDoc } | { writtenAt: Timestamp }> {
  const reference = scheduledCalls(ctx.db).doc(call.scheduledId);
  try {
    const { writeTime } = await reference.create(call);
    return { writtenAt: writeTime };
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
    const other = await sameRequest(ctx, call);
    if (other) return { other };
    // Without a key its id was just made up: it is this very call, and the answer to its first writing was lost.
    const { updateTime } = await reference.get();
    if (!updateTime) throw error;
    return { writtenAt: updateTime };
  }
}

/**
 * The call that the same request has scheduled before, by its Idempotency-Key. 1 read where it has one.
 * @throws AppError conflict where the key was used for another request
 */
async function sameRequest(
  ctx: Ctx,
  { scheduledId, fingerprint }: Identity,
): Promise<ScheduledCallDoc | undefined> {
  if (fingerprint === undefined) return undefined;
  const stored = (await scheduledCalls(ctx.db).doc(scheduledId).get()).data();
  if (stored === undefined || stored.fingerprint === fingerprint) return stored;
  throw new AppError("conflict", "This Idempotency-Key was used for another request: take a new one.");
}

function secondsAhead(ctx: Ctx, at: Date): number {
  const ahead = (at.getTime() - ctx.now().getTime()) / 1_000;
  const { least, most } = SCHEDULE_AHEAD_SECONDS;
  if (ahead >= least && ahead <= most) return ahead;
  const problem = ahead < least ? "must be at least a minute ahead" : "must be within a year";
  throw new AppError("invalid_argument", `scheduled_time: ${problem}`, {
    details: { field: "scheduled_time" },
  });
}

/** What is wrong with the scenario is said now, to whoever can mend it; it is read again when the call is placed. */
async function assertUsable(ctx: Ctx, { userId, options }: ScheduledCallDoc): Promise<void> {
  await transact(ctx.db, (tx) => scenarioFor(ctx, tx, { ...options, userId }));
}

async function assertRoom(ctx: Ctx, userId: string): Promise<void> {
  const open = scheduledCalls(ctx.db).where("userId", "==", userId).where("status", "==", "scheduled");
  const { count } = (await open.count().get()).data();
  if (count < MAX_SCHEDULED) return;
  throw new AppError("conflict", `You have ${MAX_SCHEDULED} calls scheduled: cancel one first.`);
}

function optionsOf(input: ScheduleInput): ScheduledCallDoc["options"] {
  const { phone_number, variables, language, time_zone, record, max_minutes } = input;
  const scenarioId = input.scenario ?? input.scenario_id ?? "";
  return { phone_number, scenarioId, variables, language, time_zone, record, max_minutes };
}

/** What a call is known by, should its request come again. */
type Identity = Pick<ScheduledCallDoc, "scheduledId" | "fingerprint">;

/** The same request has the same id, so that of any number that come at once one is stored. */
function identityOf(
  ctx: Ctx,
  userId: string,
  at: Date,
  { variables = {}, ...options }: ScheduledCallDoc["options"],
): Identity {
  if (ctx.idempotencyKey === undefined) return { scheduledId: ctx.newId() };
  const asked = [at.getTime(), ...Object.entries(options).sort(), ...Object.entries(variables).sort()];
  return {
    scheduledId: sha256(`${userId}\n${ctx.idempotencyKey}`),
    fingerprint: sha256(JSON.stringify(asked)),
  };
}

function newScheduledCall(
  ctx: Ctx,
  at: Date,
  call: Identity & Pick<ScheduledCallDoc, "userId" | "options">,
): ScheduledCallDoc {
  // Should it not be handed over at once, the next sweep does it.
  const dueAt = Math.max(ctx.now().getTime(), at.getTime() - ENQUEUE_AHEAD_SECONDS * 1_000);
  return {
    ...call,
    status: "scheduled",
    at: Timestamp.fromDate(at),
    dueAt: Timestamp.fromMillis(dueAt),
    isEnqueued: false,
    createdAt: Timestamp.fromDate(ctx.now()),
  };
}
