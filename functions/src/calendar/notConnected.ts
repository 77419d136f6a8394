import { AppError } from "../core/errors";

export function notConnected(): AppError {
  return new AppError("not_found", "Google Calendar is not connected: connect it first.");
}

/** It was connected, and what was granted is withdrawn. */
export function disconnected(cause?: unknown): AppError {
  return new AppError("not_found", "Access to Google Calendar was withdrawn: connect it again.", { cause });
}
