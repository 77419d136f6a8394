import { z } from "zod";
import { integerOf } from "./queryValues";

/** An input without fields. */
export const nothing = z.strictObject({});
/** An output that only says what was done. */
export const message = z.object({ message: z.string() });
/** A time in a query. */
export const moment = z.iso.datetime({
  offset: true,
  error: "must be an ISO time with its offset, such as 2026-12-01T00:00:00-05:00",
});

/** The fields by which a list is asked for a page: how many, and after which. */
export function pageFields({ usual, most }: { usual: number; most: number }) {
  return {
    // A callable sends a number, a query string its digits.
    limit: z.preprocess(integerOf, z.number().int().min(1).max(most).default(usual)),
    cursor: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .meta({ description: "The X-Next-Cursor of the page before." }),
  };
}
