import { AppError } from "../core/errors";
import type { Request } from "./https";

/** Far above what Twilio sends. */
const USUAL_BYTES = 65_536;

/** What a provider posted, as it came. @throws AppError payload_too_large */
export function postedBody({ rawBody = Buffer.alloc(0) }: Request, maxBytes = USUAL_BYTES): Buffer {
  if (rawBody.length > maxBytes)
    throw new AppError("payload_too_large", `The body may not exceed ${maxBytes / 1_024} KiB.`);
  return rawBody;
}
