import type { IncomingMessage } from "node:http";
import { AppError } from "../core/errors";

/** How a socket gets the model's audio: in events as base64, or as raw frames. */
export type AudioMode = "events" | "binary";

/** What `?audio=` of an upgrade asks for. @throws AppError invalid_argument for a value that is not known */
export function readAudioMode(request: IncomingMessage): AudioMode {
  const asked = new URL(request.url ?? "/", "ws://relay").searchParams.getAll("audio");
  // Not passed over: a client that hears nothing because of a typo would look for the reason elsewhere.
  if (asked.some((mode) => mode !== "binary")) {
    throw new AppError("invalid_argument", "audio: must be binary, or left out to get audio in events");
  }
  return asked.length > 0 ? "binary" : "events";
}
