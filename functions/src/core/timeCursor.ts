import { Timestamp } from "firebase-admin/firestore";
import { z } from "zod";
import { AppError } from "./errors";

/** Seconds, nanoseconds and id of the last one shown: what has the same time is not passed over. */
const cursorSchema = z.tuple([
  z.number().int().min(-62_135_596_800).max(253_402_300_799),
  z.number().int().min(0).max(999_999_999),
  z.string().regex(/^(?!__)[A-Za-z0-9_-]{1,128}$/),
]);

/** Where the next page of a query begins that is ordered by a time and the document's id. */
export function writeCursor({ seconds, nanoseconds }: Timestamp, id: string): string {
  return Buffer.from(JSON.stringify([seconds, nanoseconds, id])).toString("base64url");
}

/** What `writeCursor` has written, for `startAfter`. @throws AppError invalid_argument for what is none */
export function parseCursor(written: string): [Timestamp, string] {
  try {
    const text = Buffer.from(written, "base64url").toString();
    const [seconds, nanoseconds, id] = cursorSchema.parse(JSON.parse(text));
    return [new Timestamp(seconds, nanoseconds), id];
  } catch (cause) {
    throw new AppError("invalid_argument", "cursor: must be the X-Next-Cursor of the page before", {
      details: { field: "cursor" },
      cause,
    });
  }
}
