import { eraseCalendarOf } from "../calendar/disconnect";
import { eraseCallsOf } from "../calls/eraseCalls";
import type { Ctx } from "../core/ctx";
import { forgetUses } from "../core/rateLimit";
import { eraseInterviewsOf } from "../interviews/eraseInterviews";
import { eraseScenariosOf } from "../scenarios/eraseScenarios";
import { eraseTranscriptsOf } from "../transcripts/eraseTranscripts";
import { eraseUsageOf } from "../usage/eraseUsage";
import { eraseVoiceOf } from "../voice/eraseVoice";
import { eraseTurnOf } from "../webrtc/eraseTurn";
import { triesOf } from "./authLimits";

/** What is counted for a user by the user's id. */
const COUNTED = [
  "chat",
  "speech",
  "scenario",
  "interview",
  "call",
  "schedule",
  "doNotCall",
  "calendar",
  "turn",
];

/** Erases everything of a user but the account; safe to be done again. */
export async function eraseUser(ctx: Ctx, uid: string, email: string | null): Promise<void> {
  await eraseVoiceOf(ctx, uid);
  await eraseCallsOf(ctx, uid);
  await eraseCalendarOf(ctx, uid);
  await eraseTranscriptsOf(ctx, uid);
  await eraseScenariosOf(ctx, uid);
  await eraseInterviewsOf(ctx, uid);
  await eraseUsageOf(ctx, uid);
  await eraseTurnOf(ctx, uid);
  await forgetUses(
    ctx,
    COUNTED.map((what) => ({ what, by: uid })),
  );
  if (email) await forgetUses(ctx, [triesOf(email)]);
}
