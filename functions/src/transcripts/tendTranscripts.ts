import type { Ctx } from "../core/ctx";
import { eraseOutdated } from "../voice/eraseOutdated";
import { checkTranscripts } from "./checkTranscripts";
import { eraseAgainAtProviders } from "./eraseAtProviders";
import { eraseTranscript } from "./eraseTranscripts";
import { OUTDATED_A_RUN } from "./limits";

/**
 * What has to be done for transcripts each minute: Twilio is asked of those that it has not told of, is told again what to
 * erase, and sessions that have been kept long enough are erased. Costs 4 reads, and what is due.
 */
export async function tendTranscripts(ctx: Ctx): Promise<void> {
  await checkTranscripts(ctx);
  await eraseAgainAtProviders(ctx);
  for (const sessionId of await eraseOutdated(ctx, OUTDATED_A_RUN)) await eraseTranscript(ctx, sessionId);
}
