import { FieldValue } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { documentName, isGone, transact } from "../core/firestore";
import { documentId, scenarioNotFound } from "./readScenarios";
import type { ScenarioRef } from "./schemas";
import { scenarioOwners, scenarios } from "./store";

/**
 * Deletes one of the caller's scenarios, which makes room for another. 1 read, 2 writes.
 * @throws AppError not_found, also for another user's
 */
export async function deleteScenario(ctx: Ctx, { scenario_id }: ScenarioRef): Promise<{ message: string }> {
  const { uid } = requireCaller(ctx);
  const reference = scenarios(ctx.db).doc(documentId(scenario_id));
  await transact(
    ctx.db,
    async (tx) => {
      const stored = (await tx.get(reference)).data();
      if (stored?.userId !== uid) throw scenarioNotFound();
      tx.delete(reference);
      tx.update(scenarioOwners(ctx.db).doc(documentName(uid)), { count: FieldValue.increment(-1) });
    },
    isGone(reference),
  );
  return { message: "Custom scenario deleted successfully" };
}
