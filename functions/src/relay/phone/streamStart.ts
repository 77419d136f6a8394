import { AppError } from "../../core/errors";
import { FRAME_OVERHEAD_BYTES, type RelayLimits } from "../limits";
import type { Peer } from "../peer";
import type { Inbox } from "./inbox";
import { parseTwilio, type StreamStart } from "./twilioMessages";

/**
 * Waits for the `start` of a stream, and reads nothing behind it.
 * @param signal gives up the wait
 * @throws AppError unauthenticated where none comes in time, or too much else
 */
export function readStart(
  client: Peer,
  inbox: Inbox,
  limits: Pick<RelayLimits, "streamStartMs" | "streamStartBytes">,
  signal: AbortSignal,
): Promise<StreamStart> {
  const { socket } = client;
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const settle = (start?: StreamStart) => {
      clearTimeout(timer);
      socket.off("close", refuse).off("ping", count);
      signal.removeEventListener("abort", refuse);
      inbox.pause();
      if (start) resolve(start);
      else reject(new AppError("unauthenticated", "A media stream begins with its start message."));
    };
    const refuse = () => settle();
    const count = (frame: Buffer) => {
      bytes += frame.length + FRAME_OVERHEAD_BYTES;
      if (bytes > limits.streamStartBytes) refuse();
    };
    const timer = setTimeout(refuse, limits.streamStartMs);
    socket.on("close", refuse).on("ping", count);
    signal.addEventListener("abort", refuse);
    inbox.read((frame, isBinary) => {
      const message = isBinary || frame.length > limits.streamStartBytes ? "malformed" : parseTwilio(frame);
      if (typeof message === "object" && message.event === "start") settle(message);
      else count(frame);
    });
  });
}
