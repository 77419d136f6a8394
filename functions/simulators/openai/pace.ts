import { z } from "zod";

/** How fast the simulator answers. */
export interface Pace {
  /** From `response.created` to the first content. */
  firstAudioMs: number;
  /** 4 sends a second of speech in a quarter of one. */
  realTimeFactor: number;
}

export const DEFAULT_PACE: Pace = { firstAudioMs: 250, realTimeFactor: 4 };

/** A change of pace: what is left out stays. */
export const paceSchema = z.strictObject({
  firstAudioMs: z.number().min(0).max(60_000).optional(),
  realTimeFactor: z.number().min(0.1).max(10_000).optional(),
});
