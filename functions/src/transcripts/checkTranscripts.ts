import type { Ctx } from "../core/ctx";
import { fromNow } from "../core/fromNow";
import { withLease } from "../core/lease";
import { type AwaitedTranscript, changeIntelligence, transcriptsToCheck } from "../voice/intelligence";
import { CHECK_AFTER_SECONDS, CHECK_LEASE_SECONDS, CHECK_RUN_MS, CHECKS_A_RUN } from "./limits";
import { settleTranscript, takeIn } from "./receiveTranscript";
import { requestAgain } from "./requestTranscript";

/**
 * Asks Twilio of transcripts that it has not told of, less and less often for a day; those that are not there by then are
 * given up. Reads those alone that are due. Safe to run twice at once.
 */
export async function checkTranscripts(ctx: Ctx): Promise<void> {
  await withLease(ctx, "checkTranscripts", CHECK_LEASE_SECONDS, async () => {
    const until = performance.now() + CHECK_RUN_MS;
    for (const awaited of await transcriptsToCheck(ctx, CHECKS_A_RUN)) {
      if (performance.now() > until) break;
      await check(ctx, awaited);
    }
  });
}

async function check(ctx: Ctx, { sessionId, call }: AwaitedTranscript): Promise<void> {
  // Erased meanwhile: nothing is asked for any more.
  if (!(await postpone(ctx, sessionId))) return;
  const { intelligence, recording } = call;
  try {
    if (intelligence?.status === "completed") await takeIn(ctx, sessionId);
    else if (intelligence?.transcriptSid) await settleTranscript(ctx, sessionId, intelligence.transcriptSid);
    else if (recording) await requestAgain(ctx, sessionId, recording.recordingSid);
  } catch (error) {
    ctx.log.warn("a transcript could not be checked", { sessionId, error });
  }
  await giveUp(ctx, sessionId);
}

/** Whatever comes of it, it is not due again at once. @returns whether the session is still there */
async function postpone(ctx: Ctx, sessionId: string): Promise<boolean> {
  const call = await changeIntelligence(ctx, sessionId, ({ intelligence }) => {
    if (!intelligence) return undefined;
    const again = CHECK_AFTER_SECONDS[intelligence.checks];
    const checkAt = again === undefined ? null : fromNow(ctx, again);
    return { ...intelligence, checks: intelligence.checks + 1, checkAt };
  });
  return call !== undefined;
}

/** What was asked after often enough and is not there is not awaited any more. */
async function giveUp(ctx: Ctx, sessionId: string): Promise<void> {
  await changeIntelligence(ctx, sessionId, ({ intelligence }) =>
    intelligence?.status === "requested" && intelligence.checkAt === null
      ? { ...intelligence, status: "failed" }
      : undefined,
  );
}
