import type { Ctx } from "../core/ctx";
import { twilioAccount } from "../providers/twilioClient";
import { listSentences } from "../providers/twilioTranscripts";
import type { CallRecord } from "../voice/callRecord";
import { readSentences, type TwilioSentence } from "./sources";

/** What Twilio has written down of a call, once it is complete. undefined where there is none. A request a page. */
export async function twilioSentences(
  ctx: Ctx,
  { call }: { call?: CallRecord },
): Promise<TwilioSentence[] | undefined> {
  const { status, transcriptSid } = call?.intelligence ?? {};
  if (status !== "completed" || !transcriptSid) return undefined;
  const listed = await listSentences(await twilioAccount(ctx.config), transcriptSid);
  return listed && readSentences(listed);
}
