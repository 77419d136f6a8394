import { assertConnected } from "../calendar/assertConnected";
import { type Ctx, requireCaller } from "../core/ctx";
import { makeCall } from "./makeCall";
import type { CallOptions, PlacedCallIds } from "./schemas";

/** The built-in scenario whose assistant has its user's calendar. */
const SCENARIO = "calendar";

/**
 * Places a call by an assistant that knows the caller's calendar. 1 read more than any call.
 * @throws AppError not_found where no calendar is connected, and whatever placing a call fails with
 */
export async function makeCalendarCall(
  ctx: Ctx,
  options: Omit<CallOptions, "scenarioId">,
): Promise<PlacedCallIds> {
  await assertConnected(ctx, requireCaller(ctx).uid);
  return makeCall(ctx, { ...options, scenarioId: SCENARIO });
}
