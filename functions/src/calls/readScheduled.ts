import { FieldPath } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import type { ListScheduledInput, ListScheduledOutput, ScheduledCall } from "./schemas";
import { type ScheduledCallDoc, scheduledCalls } from "./store";

/** One's own scheduled calls, the farthest first. Reads at most two documents more than it returns. */
export async function listScheduledCalls(
  ctx: Ctx,
  { limit, cursor }: ListScheduledInput,
): Promise<ListScheduledOutput> {
  const { uid } = requireCaller(ctx);
  const query = scheduledCalls(ctx.db)
    .where("userId", "==", uid)
    .orderBy("at", "desc")
    .orderBy(FieldPath.documentId(), "desc");
  const last = cursor === undefined ? undefined : await scheduledCalls(ctx.db).doc(cursor).get();
  const from = last?.data()?.userId === uid ? query.startAfter(last) : query;
  const page = (await from.limit(limit + 1).get()).docs.map((document) => document.data());
  const shown = page.slice(0, limit);
  const nextCursor = page.length > limit ? shown.at(-1)?.scheduledId : undefined;
  return { calls: shown.map(toScheduledCall), ...(nextCursor === undefined ? {} : { nextCursor }) };
}

/** As its owner sees it. */
export function toScheduledCall(call: ScheduledCallDoc): ScheduledCall {
  return {
    id: call.scheduledId,
    status: call.status,
    phone_number: call.options.phone_number,
    scenario: call.options.scenarioId,
    scheduled_time: call.at.toDate().toISOString(),
    created_at: call.createdAt.toDate().toISOString(),
    ...(call.sessionId === undefined ? {} : { session_id: call.sessionId }),
    ...(call.callSid === undefined ? {} : { call_sid: call.callSid }),
    ...(call.reason === undefined ? {} : { reason: call.reason }),
  };
}
