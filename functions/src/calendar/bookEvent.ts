import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import type { EventFields } from "../providers/googleCalendar";
import { type AssistantCalendar, whileSpeaking, type ZonedCalendar } from "./assistantCalendar";
import { type Booking, bookingId, busyIn, conflict } from "./bookedEvent";
import { MAX_EVENT_HOURS } from "./limits";
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
 * What is booked has been read back from Google. Of two that book the same time at once at least one gives way. 1 read, 3 requests
 * to Google.
 * @throws AppError invalid_argument; provider_unavailable, after which asking again is safe
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
    const own = before.find(({ id }) => ids.includes(id));
    if (own && calendar.proven.has(own.id)) {
      return { result: "booked", event: toldEvent(own, google.timeZone) };
    }
    if (!own && before.length > 0) return conflict(before, google.timeZone);
    const id = own?.id ?? (await insert(google, ids, { fields, span }));
    return readBack(google, calendar, { id, span });
  });
}

/**
 * @returns the id that it has, also where it was there already
 * @throws AppError where each id belongs to an event that was cancelled or moved
 */
async function insert(
  google: ZonedCalendar,
  ids: readonly string[],
  { fields, span }: { fields: EventFields; span: Span },
): Promise<string> {
  for (const id of ids) {
    if (await google.insert(id, fields)) return id;
    // The same wish is being booked, or was and its answer was lost.
    const there = await google.get(id);
    if (there && there !== "cancelled" && isAt(there, span, google.timeZone)) return id;
  }
  throw new AppError("conflict", "This was booked and cancelled several times: book it under another name.");
}

/**
 * Looks at what is there by now. Whoever finds something else gives way: of two that look, the later has seen the
 * earlier, so that never both stay. It may be that neither does.
 */
async function readBack(
  google: ZonedCalendar,
  calendar: AssistantCalendar,
  { id, span }: { id: string; span: Span },
): Promise<Booking> {
  const there = await busyIn(google, span);
  const own = there.find((event) => event.id === id);
  if (!own) {
    throw new AppError(
      "provider_unavailable",
      "It is not known whether it was booked: look before you say so.",
    );
  }
  const others = there.filter((event) => event.id !== id);
  if (others.length > 0 && !calendar.proven.has(id)) {
    await google.delete(id);
    return conflict(others, google.timeZone);
  }
  calendar.proven.add(id);
  return { result: "booked", event: toldEvent(own, google.timeZone) };
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
