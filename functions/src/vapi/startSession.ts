import { type Caller, type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { discardSession } from "../voice/discardSession";
import { openVapiSession } from "../voice/vapiSessions";
import { checkAssistant, vapiSettings, vapiUnavailable } from "./checkAssistant";
import { clientKey } from "./clientKey";
import { START_MS } from "./limits";
import type { StartInput, StartOutput } from "./schemas";
import { withinTime } from "./withinTime";

/**
 * Lets a patient talk with the assistant: checks that Vapi has it, opens a voice session, and gives what the app's
 * `@vapi-ai/web` needs to begin the call. Answers within `START_MS`, whoever hangs. 1 read, 2 writes; a request to Vapi
 * where this instance has not asked for a while.
 * @throws AppError permission_denied, rate_limited, not_configured, provider_failed, provider_unavailable
 */
export async function startVapiSession(ctx: Ctx, input: StartInput): Promise<StartOutput> {
  const caller = requireCaller(ctx);
  assertPatient(caller, input);
  const opening = open(ctx, caller.uid);
  let isLate = false;
  opening.then(
    // A session that nobody was told of.
    ({ sessionId }) => (isLate ? discardSession(ctx, sessionId) : undefined),
    () => {},
  );
  const { sessionId, data } = await withinTime(START_MS, opening, () => {
    isLate = true;
    return vapiUnavailable(new Error(`Starting took longer than ${START_MS} ms`));
  });
  const { assistantId } = data;
  ctx.log.audit("vapi session started", {
    uid: caller.uid,
    type: "patient",
    sessionId,
    assistantId,
  });
  return { success: true, data, message: "Vapi configuration retrieved" };
}

function assertPatient({ uid, claims }: Caller, { patientId = uid }: StartInput): void {
  if (claims.type !== "patient") {
    throw new AppError("permission_denied", "Only patients can access voice assistant");
  }
  if (patientId !== uid) throw new AppError("permission_denied", "patientId: must be your own");
}

async function open(ctx: Ctx, userId: string): Promise<{ sessionId: string; data: StartOutput["data"] }> {
  const settings = vapiSettings(ctx);
  const apiKey = await clientKey(ctx, settings);
  // Before the session, so that none is opened in vain.
  await checkAssistant(ctx);
  const { assistantId } = settings;
  const { session, context } = await openVapiSession(ctx, { userId, assistantId });
  return { sessionId: session.sessionId, data: { apiKey, assistantId, patientContext: context } };
}
