import { AppError } from "../core/errors";
import { MAX_SEARCHED_DAYS } from "./limits";
import type { Span } from "./spans";

/** @throws AppError invalid_argument for a span that is none, or too long */
export function assertSearchable({ start, end }: Span): void {
  if (end <= start) throw wrong("must be later than from");
  if (end.getTime() - start.getTime() > MAX_SEARCHED_DAYS * 24 * 60 * 60 * 1_000) {
    throw wrong(`must be within ${MAX_SEARCHED_DAYS} days of from`);
  }
}

function wrong(problem: string): AppError {
  return new AppError("invalid_argument", `to: ${problem}`, { details: { field: "to" } });
}
