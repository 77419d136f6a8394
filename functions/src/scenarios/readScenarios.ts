import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import type { Scenario, ScenarioRef } from "./schemas";
import { type ScenarioDoc, scenarios } from "./store";

/** The caller's scenarios, newest first: one query. */
export async function listScenarios(ctx: Ctx): Promise<Scenario[]> {
  const { uid } = requireCaller(ctx);
  const { docs } = await scenarios(ctx.db).where("userId", "==", uid).orderBy("createdAt", "desc").get();
  return docs.map((document) => toScenario(document.data()));
}

/** One of the caller's scenarios. 1 read. @throws AppError not_found, also for another user's */
export async function getScenario(ctx: Ctx, { scenario_id }: ScenarioRef): Promise<Scenario> {
  const { uid } = requireCaller(ctx);
  const stored = (await scenarios(ctx.db).doc(documentId(scenario_id)).get()).data();
  if (stored?.userId !== uid) throw scenarioNotFound();
  return toScenario(stored);
}

export function toScenario(stored: ScenarioDoc): Scenario {
  return {
    id: stored.number,
    scenario_id: stored.scenarioId,
    persona: stored.persona,
    prompt: stored.prompt,
    voice_type: stored.voiceType,
    temperature: stored.temperature,
    on_voicemail: stored.onVoicemail,
    created_at: stored.createdAt.toDate().toISOString(),
    updated_at: stored.updatedAt.toDate().toISOString(),
  };
}

export function scenarioNotFound(): AppError {
  return new AppError("not_found", "This scenario does not exist.");
}

/** What a client sent as a document's id. @throws AppError not_found where it cannot be one */
export function documentId(scenarioId: string): string {
  if (/^custom_[^/]+_\d{1,12}$/s.test(scenarioId)) return scenarioId;
  throw scenarioNotFound();
}
