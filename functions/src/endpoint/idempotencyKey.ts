import { AppError } from "../core/errors";
import type { Request } from "./https";

/**
 * The request's `Idempotency-Key`, with or without the quotes of its draft standard.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 * @throws AppError invalid_argument for one that is empty, too long or no visible ASCII
 */
export function idempotencyKey(request: Request): string | undefined {
  const sent = request.header("Idempotency-Key");
  if (sent === undefined) return undefined;
  const key = /^"?([\x21\x23-\x7e]{1,255})"?$/.exec(sent)?.[1];
  if (key !== undefined) return key;
  throw new AppError(
    "invalid_argument",
    "Idempotency-Key: must be 1 to 255 visible characters, a UUID as a rule",
    {
      details: { field: "Idempotency-Key" },
    },
  );
}
