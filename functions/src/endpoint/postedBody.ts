import { AppError } from "../core/errors";
import type { Request } from "./https";

/** Far above what a provider sends. */
const MAX_BODY_BYTES = 65_536;

/** What a provider posted, as it came. @throws AppError payload_too_large */
export function postedBody({ rawBody = Buffer.alloc(0) }: Request): Buffer {
  if (rawBody.length > MAX_BODY_BYTES)
    throw new AppError("payload_too_large", "The body may not exceed 64 KiB.");
  return rawBody;
}
