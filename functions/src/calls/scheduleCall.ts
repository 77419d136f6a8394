import { Timestamp } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { phoneSettings } from "../providers/twilioClient";
import { enqueueDial } from "./enqueueDial";
import { ENQUEUE_AHEAD_SECONDS, MAX_SCHEDULED, SCHEDULE_AHEAD_SECONDS } from "./limits";
import { callableNumber } from "./phoneNumber";
import { toScheduledCall } from "./readScheduled";
import type { ScheduledCall, ScheduleInput } from "./schemas";
import { type ScheduledCallDoc, scheduledCalls } from "./store";

/**
 * Schedules a call; whether it may be placed is decided at its time. At most 1,000 a user, counted for 1 read; 1 write,
 * and one more where it is handed over to Cloud Tasks at once: what is farther than 29 days ahead is so by the sweep.
 * @throws AppError invalid_argument for a number or a time that cannot be, conflict where there are 1,000 already
 */
export async function scheduleCall(ctx: Ctx, input: ScheduleInput): Promise<ScheduledCall> {
  const { uid } = requireCaller(ctx);
  const { phoneNumber: own } = phoneSettings(ctx.config);
  const to = callableNumber(input.phone_number, own, ctx.config);
  const at = new Date(input.scheduled_time);
  const ahead = secondsAhead(ctx, at);
  await assertRoom(ctx, uid);
  const call = newScheduledCall(ctx, uid, { ...input, phone_number: to }, at);
  await scheduledCalls(ctx.db).doc(call.scheduledId).create(call);
  if (ahead <= ENQUEUE_AHEAD_SECONDS) await enqueueDial(ctx, call);
  return toScheduledCall(call);
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

async function assertRoom(ctx: Ctx, userId: string): Promise<void> {
  const open = scheduledCalls(ctx.db).where("userId", "==", userId).where("status", "==", "scheduled");
  const { count } = (await open.count().get()).data();
  if (count < MAX_SCHEDULED) return;
  throw new AppError("conflict", `You have ${MAX_SCHEDULED} calls scheduled: cancel one first.`);
}

function newScheduledCall(ctx: Ctx, userId: string, input: ScheduleInput, at: Date): ScheduledCallDoc {
  const { phone_number, variables, language, time_zone, record, max_minutes } = input;
  const scenarioId = input.scenario ?? input.scenario_id ?? "";
  // Should it not be handed over at once, the next sweep does it.
  const dueAt = Math.max(ctx.now().getTime(), at.getTime() - ENQUEUE_AHEAD_SECONDS * 1_000);
  return {
    scheduledId: ctx.newId(),
    userId,
    status: "scheduled",
    at: Timestamp.fromDate(at),
    dueAt: Timestamp.fromMillis(dueAt),
    isEnqueued: false,
    createdAt: Timestamp.fromDate(ctx.now()),
    options: { phone_number, scenarioId, variables, language, time_zone, record, max_minutes },
  };
}
