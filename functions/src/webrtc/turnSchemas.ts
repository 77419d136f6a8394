import { z } from "zod";
import { integerOf } from "../core/queryValues";
import { DEFAULT_TURN_SECONDS, MAX_TURN_SECONDS, MIN_TURN_SECONDS } from "./turnLimits";

export const turnInput = z.strictObject({
  ttl: z
    .preprocess(
      integerOf,
      z.number().int().min(MIN_TURN_SECONDS).max(MAX_TURN_SECONDS).default(DEFAULT_TURN_SECONDS),
    )
    .meta({ description: "For how many seconds the credentials shall be good." }),
});
export type TurnInput = z.output<typeof turnInput>;

/** As `RTCPeerConnection` takes it; the fields in the order in which they are sent. */
export const iceServer = z
  .object({
    url: z.string().meta({ description: "The same as `urls`, for old browsers." }),
    username: z.string().optional(),
    urls: z.string(),
    credential: z.string().optional(),
  })
  .meta({ id: "IceServer" });

export const turnCredentials = z.object({
  iceServers: z.array(iceServer).min(1),
  ttl: z.number().int().meta({ description: "For how many seconds they are still good." }),
});
export type TurnCredentials = z.output<typeof turnCredentials>;
