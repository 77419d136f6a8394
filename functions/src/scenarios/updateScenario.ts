import { Timestamp } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { transact } from "../core/firestore";
import { documentId, scenarioNotFound, toScenario } from "./readScenarios";
import type { Scenario, UpdateInput } from "./schemas";
import { scenarios } from "./store";

/**
 * Changes what is given of one of the caller's scenarios; open sessions keep what they began with. 1 read, 1 write.
 * @throws AppError not_found, also for another user's
 */
export async function updateScenario(ctx: Ctx, input: UpdateInput): Promise<Scenario> {
  const { uid } = requireCaller(ctx);
  const reference = scenarios(ctx.db).doc(documentId(input.scenario_id));
  return transact(ctx.db, async (tx) => {
    const stored = (await tx.get(reference)).data();
    if (stored?.userId !== uid) throw scenarioNotFound();
    const changed = {
      ...stored,
      persona: input.persona ?? stored.persona,
      prompt: input.prompt ?? stored.prompt,
      voiceType: input.voice_type ?? stored.voiceType,
      temperature: input.temperature ?? stored.temperature,
      onVoicemail: input.on_voicemail ?? stored.onVoicemail,
      updatedAt: Timestamp.fromDate(ctx.now()),
    };
    tx.set(reference, changed);
    return toScenario(changed);
  });
}
