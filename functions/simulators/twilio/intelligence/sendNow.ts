import { z } from "zod";
import type { World } from "../world.js";
import { sendUntilTaken } from "./announce.js";
import { type TranscriptView, viewTranscript } from "./transcriptView.js";

/** The body of `POST /control/twilio/transcripts/webhook`. */
export const sendNowSchema = z.strictObject({
  /** Also of one that is deleted, or not done yet. */
  transcriptSid: z.string(),
  /** Set over what it tells. */
  fields: z.record(z.string(), z.unknown()).default({}),
});

export type SendNowInput = z.input<typeof sendNowSchema>;

/**
 * Tells the application of a transcript now, and shows it once that is answered: late, again, and in whatever order.
 * @throws Error for a transcript that is not known, and where there is no address to tell
 */
export async function sendNow(
  world: World,
  { transcriptSid, fields }: z.output<typeof sendNowSchema>,
): Promise<TranscriptView> {
  const transcript = world.transcripts.withDeleted().find(({ sid }) => sid === transcriptSid);
  if (!transcript) throw new Error(`No transcript ${transcriptSid}.`);
  await sendUntilTaken(world, transcript, fields);
  return viewTranscript(transcript);
}
