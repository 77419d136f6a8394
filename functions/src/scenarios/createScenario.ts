import { Timestamp } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { documentName, transact } from "../core/firestore";
import { countUse } from "../core/rateLimit";
import { CREATE_WINDOW, MAX_SCENARIOS } from "./limits";
import type { CreateInput, CreateOutput } from "./schemas";
import { scenarioOwners, scenarios } from "./store";

/**
 * Stores a scenario of the caller's, at most 20 of them however many come at once. 2 reads, 3 writes.
 * @throws AppError rate_limited, conflict where there are 20 already
 */
export async function createScenario(ctx: Ctx, input: CreateInput): Promise<CreateOutput> {
  const { uid } = requireCaller(ctx);
  await countUse(ctx, { what: "scenario", by: uid, policy: CREATE_WINDOW });
  const ownerReference = scenarioOwners(ctx.db).doc(documentName(uid));
  const request = ctx.newId();
  let reference = scenarios(ctx.db).doc();
  const scenarioId = await transact(
    ctx.db,
    async (tx) => {
      const owner = (await tx.get(ownerReference)).data() ?? { count: 0, lastNumber: 0, lastSecond: 0 };
      if (owner.count >= MAX_SCENARIOS) throw tooMany();
      const now = Timestamp.fromDate(ctx.now());
      const number = owner.lastNumber + 1;
      // Two in one second would have one id.
      const second = Math.max(now.seconds, owner.lastSecond + 1);
      const id = `custom_${documentName(uid)}_${second}`;
      reference = scenarios(ctx.db).doc(id);
      tx.create(reference, {
        scenarioId: id,
        userId: uid,
        number,
        persona: input.persona,
        prompt: input.prompt,
        voiceType: input.voice_type,
        temperature: input.temperature,
        onVoicemail: input.on_voicemail,
        createdAt: now,
        updatedAt: now,
        request,
      });
      tx.set(ownerReference, {
        userId: uid,
        count: owner.count + 1,
        lastNumber: number,
        lastSecond: second,
      });
      return id;
    },
    async (tx) => (await tx.get(reference)).data()?.request === request,
  );
  return { scenario_id: scenarioId, message: "Custom scenario created successfully" };
}

function tooMany(): AppError {
  return new AppError("conflict", `You have ${MAX_SCENARIOS} scenarios: delete one first.`);
}
