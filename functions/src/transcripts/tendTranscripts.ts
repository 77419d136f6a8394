import type { Ctx } from "../core/ctx";
import { eraseOutdated } from "../voice/eraseOutdated";
import { checkTranscripts } from "./checkTranscripts";
import { eraseAgainAtProviders } from "./eraseAtProviders";
import { eraseTranscript } from "./eraseTranscripts";
import { OUTDATED_A_RUN } from "./limits";

/**
 * What has to be done for transcripts each minute: Twilio is asked of those that it has not told of, is told again what to
 * erase, and sessions that have been kept long enough are erased. One of them fails for itself. Costs 5 reads, 2 writes, and
 * what is due.
 * @throws the first failure, once all was tried
 */
export async function tendTranscripts(ctx: Ctx): Promise<void> {
  const tasks = [checkTranscripts, eraseAgainAtProviders, eraseKeptLongEnough];
  const done = await Promise.allSettled(tasks.map((task) => task(ctx)));
  const failed = done.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
}

async function eraseKeptLongEnough(ctx: Ctx): Promise<void> {
  for (const sessionId of await eraseOutdated(ctx, OUTDATED_A_RUN)) await eraseTranscript(ctx, sessionId);
}
