import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { type AssistantCalendar, whileSpeaking } from "./assistantCalendar";
import { noSuchEvent } from "./noSuchEvent";
import { type ToldEvent, toldEvent } from "./toldEvent";

/**
 * Cancels an event; one of a series alone. What is cancelled already stays so. That it is gone has been read back from
 * Google. 1 read, 3 requests to Google.
 * @throws AppError not_found, conflict where it was changed meanwhile; provider_unavailable, after which asking again is
 * safe: where Google is too slow for whoever waits, nothing is begun
 */
export async function cancelEvent(
  ctx: Ctx,
  calendar: AssistantCalendar,
  { event_id }: { event_id: string },
): Promise<{ result: "cancelled"; event?: ToldEvent }> {
  return whileSpeaking(ctx, calendar, async (google) => {
    const event = await google.get(event_id);
    if (event === "cancelled") return { result: "cancelled" };
    if (!event || event.isSeries) throw noSuchEvent();
    google.assertTimeToChange();
    if (!(await google.delete(event_id, event))) {
      throw new AppError("conflict", "The event was changed meanwhile: look at it again.");
    }
    const left = await google.get(event_id);
    if (!left || left === "cancelled") {
      return { result: "cancelled", event: toldEvent(event, google.timeZone) };
    }
    throw new AppError(
      "provider_unavailable",
      "It is not known whether it was cancelled: look before you say so.",
    );
  });
}
