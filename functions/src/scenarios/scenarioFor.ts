import type { Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { BUILT_IN } from "./builtIn";
import { MAX_FILLED_CHARACTERS } from "./limits";
import { PERSONA_VOICES, type PersonaVoice, type RealtimeVoice } from "./personaVoices";
import { documentId, scenarioNotFound } from "./readScenarios";
import type { Variables } from "./schemas";
import { scenarios } from "./store";
import { fillVariables, variablesIn } from "./variables";
import type { VoicemailAction } from "./voicemail";

/** A scenario as one session or call uses it: whatever becomes of the scenario later, this stays. */
export interface ScenarioSnapshot {
  scenarioId: string;
  persona: string;
  prompt: string;
  voiceType: PersonaVoice;
  /** Realtime models have none: it shapes no conversation. */
  temperature?: number;
  onVoicemail: VoicemailAction;
}

/** What a scenario makes of a session. */
export interface ScenarioInUse {
  instructions: string;
  voice: RealtimeVoice;
  snapshot: ScenarioSnapshot;
  usesCalendar: boolean;
}

/**
 * A built-in scenario, or one of a user's own, with its variables filled. One read of `tx` for one of a user's own.
 * @throws AppError not_found, also for another user's; invalid_argument for variables that are unknown or have no value
 */
export async function scenarioFor(
  ctx: Ctx,
  tx: Transaction,
  use: { scenarioId: string; userId: string; variables?: Variables },
): Promise<ScenarioInUse> {
  const { template, defaults, usesCalendar = false } = await templateOf(ctx, tx, use);
  const values = { ...defaults, ...use.variables };
  const whole = `${template.persona}\n\n${template.prompt}`;
  const instructions = fillVariables(whole, values, MAX_FILLED_CHARACTERS);
  const part = (text: string) => fillVariables(text, pick(values, variablesIn(text)), MAX_FILLED_CHARACTERS);
  return {
    instructions,
    usesCalendar,
    voice: PERSONA_VOICES[template.voiceType],
    snapshot: { ...template, persona: part(template.persona), prompt: part(template.prompt) },
  };
}

interface Template {
  template: ScenarioSnapshot;
  defaults: Readonly<Record<string, string>>;
  usesCalendar?: boolean;
}

async function templateOf(
  ctx: Ctx,
  tx: Transaction,
  { scenarioId, userId }: { scenarioId: string; userId: string },
): Promise<Template> {
  const builtIn = Object.hasOwn(BUILT_IN, scenarioId) ? BUILT_IN[scenarioId] : undefined;
  if (builtIn) {
    const { variables, usesCalendar, persona, prompt, voiceType, onVoicemail } = builtIn;
    const template = { scenarioId, persona, prompt, voiceType, onVoicemail };
    return { template, defaults: variables, usesCalendar };
  }
  const stored = (await tx.get(scenarios(ctx.db).doc(documentId(scenarioId)))).data();
  if (stored?.userId !== userId) throw scenarioNotFound();
  const { persona, prompt, voiceType, temperature, onVoicemail } = stored;
  return { template: { scenarioId, persona, prompt, voiceType, temperature, onVoicemail }, defaults: {} };
}

function pick(values: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, values[name] ?? ""]));
}
