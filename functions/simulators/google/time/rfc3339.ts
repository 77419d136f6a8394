const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:([Zz])|([+-])([01]\d|2[0-3]):([0-5]\d))?$/;

/** A date and time as it is written; fractions of seconds are dropped, as Google does. */
export interface WrittenTime {
  /** What the clocks show, as the milliseconds at which UTC's show the same. */
  localMs: number;
  /** Undefined where no offset is written. */
  offsetMs: number | undefined;
}

/** Undefined for what is no date and time. */
export function parseDateTime(text: string): WrittenTime | undefined {
  const [whole, date, time, utc, sign, hours, minutes] = DATE_TIME.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const localMs = Date.parse(`${date}T${time}Z`);
  // Date.parse lets 30 February run over into March.
  if (Number.isNaN(localMs) || !new Date(localMs).toISOString().startsWith(`${date}T${time}`))
    return undefined;
  if (utc) return { localMs, offsetMs: 0 };
  if (!sign) return { localMs, offsetMs: undefined };
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return { localMs, offsetMs: sign === "-" ? -offsetMs : offsetMs };
}

/** An instant; undefined for what is none, or has no offset. */
export function parseInstant(text: string): number | undefined {
  const written = parseDateTime(text);
  return written?.offsetMs === undefined ? undefined : written.localMs - written.offsetMs;
}
