import { z } from "zod";

/** An input without fields. */
export const nothing = z.strictObject({});
/** An output that only says what was done. */
export const message = z.object({ message: z.string() });
/** A time in a query. */
export const moment = z.iso.datetime({
  offset: true,
  error: "must be an ISO time with its offset, such as 2026-12-01T00:00:00-05:00",
});
