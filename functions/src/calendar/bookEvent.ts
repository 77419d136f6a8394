import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import type { CalendarEvent, EventFields } from "../providers/googleCalendar";
import { type AssistantCalendar, whileSpeaking, type ZonedCalendar } from "./assistantCalendar";
import { type Booking, bookingId, busyIn, conflict } from "./bookedEvent";
import { MAX_EVENT_HOURS, UNTOLD_SECONDS } from "./limits";
import { isAt, type Span } from "./spans";
import { toldEvent } from "./toldEvent";
import { localTime, momentOf } from "./zonedTime";

/** Ids that are tried for one wish: an event that was cancelled keeps its own. */
const ATTEMPTS = 3;

/** An event that is wanted. */
export interface WantedEvent {
  summary: string;
  start: string;
  end: string;
  location?: string;
  description?: string;
}

/**
 * Books an event, unless something else takes up its time. Asked again in the same conversation it books nothing twice.
 * What is booked has been read back from Google. Of two that book the same time at once at least one gives way; what was
 * booked before stays. 1 read, 3 requests to Google.
 * @throws AppError invalid_argument; provider_unavailable, after which asking again is safe: where Google is too slow for
 * whoever waits, nothing is begun
 */
export async function bookEvent(
  ctx: Ctx,
  calendar: AssistantCalendar,
  wanted: WantedEvent,
): Promise<Booking> {
  return whileSpeaking(ctx, calendar, async (google) => {
    const span = spanFrom(ctx, wanted, google.timeZone);
    const fields = fieldsOf(wanted, span, google.timeZone);
    const ids = Array.from({ length: ATTEMPTS }, (_, at) => bookingId(calendar.conversation, fields, at));
    const before = await busyIn(google, span);
    // Booked by this conversation, and moved since, it stands in the way like any other.
    const own = before.find((event) => ids.includes(event.id) && isAt(event, span, google.timeZone));
    if (own) return settle(ctx, google, calendar, { id: own.id, isNew: false, there: before });
    if (before.length > 0) return conflict(before, google.timeZone);
    const inserted = await insert(google, ids, { fields, span });
    return settle(ctx, google, calendar, { ...inserted, there: await busyIn(google, span) });
  });
}

/**
 * @returns the id that it has, also where it was there already
 * @throws AppError where each id belongs to an event that was cancelled or moved, or it is too late to begin
 */
async function insert(
  google: ZonedCalendar,
  ids: readonly string[],
  { fields, span }: { fields: EventFields; span: Span },
): Promise<{ id: string; isNew: boolean }> {
  for (const id of ids) {
    google.assertTimeToChange();
    if (await google.insert(id, fields)) return { id, isNew: true };
    // The same wish is being booked, or was and its answer was lost.
    const there = await google.get(id);
    if (there && there !== "cancelled" && isAt(there, span, google.timeZone)) return { id, isNew: false };
  }
  throw new AppError("conflict", "This was booked and cancelled several times: book it under another name.");
}

/**
 * Judges what was found once it was there. Whoever finds something else gives way: of two that look, the later has seen
 * the earlier, so that never both stay. It may be that neither does. What was booked a while ago was there first.
 * @param there what takes up its time by now
 */
async function settle(
  ctx: Ctx,
  google: ZonedCalendar,
  calendar: AssistantCalendar,
  { id, isNew, there }: { id: string; isNew: boolean; there: readonly CalendarEvent[] },
): Promise<Booking> {
  const own = there.find((event) => event.id === id);
  if (!own) {
    throw new AppError(
      "provider_unavailable",
      "It is not known whether it was booked: look before you say so.",
    );
  }
  const others = there.filter((event) => event.id !== id);
  const mayGiveWay = !calendar.proven.has(id) && (isNew || isYoung(ctx, own));
  if (others.length > 0 && mayGiveWay) {
    await google.delete(id);
    return conflict(others, google.timeZone);
  }
  calendar.proven.add(id);
  return { result: "booked", event: toldEvent(own, google.timeZone) };
}

/** As one is that was entered for the same wish just now, and whose answer was lost. */
function isYoung(ctx: Ctx, { created }: CalendarEvent): boolean {
  return created !== undefined && ctx.now().getTime() - Date.parse(created) < UNTOLD_SECONDS * 1_000;
}

function spanFrom(ctx: Ctx, { start, end }: WantedEvent, timeZone: string): Span {
  const span = { start: momentOf(start, timeZone, "start"), end: momentOf(end, timeZone, "end") };
  assertBookable(ctx, span);
  return span;
}

/** @throws AppError invalid_argument for a time that is past, backwards or too long */
export function assertBookable(ctx: Ctx, { start, end }: Span): void {
  if (start <= ctx.now()) throw wrong("start", "must be in the future");
  if (end <= start) throw wrong("end", "must be later than start");
  if (end.getTime() - start.getTime() > MAX_EVENT_HOURS * 60 * 60 * 1_000) {
    throw wrong("end", `must be within ${MAX_EVENT_HOURS} hours of start`);
  }
}

function wrong(field: string, problem: string): AppError {
  return new AppError("invalid_argument", `${field}: ${problem}`, { details: { field } });
}

function fieldsOf(wanted: WantedEvent, { start, end }: Span, timeZone: string): EventFields {
  const { summary, location, description } = wanted;
  const at = (moment: Date) => ({ dateTime: localTime(moment, timeZone), timeZone });
  return {
    summary,
    ...(location === undefined ? {} : { location }),
    ...(description === undefined ? {} : { description }),
    start: at(start),
    end: at(end),
  };
}
