import { z } from "zod";
import { codePoints } from "../core/codePoints";
import {
  DEFAULT_TEMPERATURE,
  MAX_PERSONA_CHARACTERS,
  MAX_PROMPT_CHARACTERS,
  MAX_TEMPERATURE,
  MAX_VALUE_CHARACTERS,
  MAX_VARIABLES,
} from "./limits";
import { PERSONA_VOICE_NAMES } from "./personaVoices";
import { malformedVariable, variablesIn } from "./variables";
import { DEFAULT_VOICEMAIL_ACTION, VOICEMAIL_ACTIONS } from "./voicemail";

const text = (most: number) =>
  z
    .string()
    .refine((value) => value.trim() !== "", { error: "must not be empty" })
    .refine((value) => codePoints(value) <= most, { error: `must not exceed ${most} characters` })
    .refine((value) => malformedVariable(value) === undefined, {
      error: "has a {{variable}} whose name is not lower-case letters, digits and _",
    })
    .refine((value) => variablesIn(value).length <= MAX_VARIABLES, {
      error: `must not have more than ${MAX_VARIABLES} variables`,
    });

const temperature = z.number().min(0).max(MAX_TEMPERATURE).meta({
  description: "Stored and returned. Realtime models have no temperature, so it shapes no conversation.",
});

const onVoicemail = z.enum(VOICEMAIL_ACTIONS).meta({
  description:
    "What becomes of a call that an answering machine takes. A message is spoken after the tone: the prompt may say which.",
});

const fields = {
  persona: text(MAX_PERSONA_CHARACTERS).meta({
    description: "Who the assistant is. May have {{variables}}.",
  }),
  prompt: text(MAX_PROMPT_CHARACTERS).meta({ description: "What it shall do. May have {{variables}}." }),
  voice_type: z.enum(PERSONA_VOICE_NAMES),
  temperature,
  on_voicemail: onVoicemail,
};

export const scenarioId = z.string().min(1).max(500);
export const scenarioRef = z.strictObject({ scenario_id: scenarioId });
export type ScenarioRef = z.output<typeof scenarioRef>;

export const createInput = z.strictObject({
  ...fields,
  temperature: temperature.default(DEFAULT_TEMPERATURE),
  on_voicemail: onVoicemail.default(DEFAULT_VOICEMAIL_ACTION),
});
export type CreateInput = z.output<typeof createInput>;

export const createOutput = z.object({ scenario_id: scenarioId, message: z.string() });
export type CreateOutput = z.output<typeof createOutput>;

export const updateInput = z
  .strictObject({ scenario_id: scenarioId, ...z.object(fields).partial().shape })
  .refine((input) => Object.keys(input).length > 1, { error: "must hold something to change" });
export type UpdateInput = z.output<typeof updateInput>;

export const scenario = z
  .object({
    id: z.number().int().meta({ description: "Counts a user's scenarios; never given twice." }),
    scenario_id: scenarioId,
    ...fields,
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Scenario" });
export type Scenario = z.output<typeof scenario>;

export const builtInScenario = z
  .object({
    scenario_id: z.string(),
    name: z.string(),
    description: z.string(),
    voice_type: z.enum(PERSONA_VOICE_NAMES),
    on_voicemail: onVoicemail,
    variables: z
      .record(z.string(), z.string())
      .meta({ description: "What it can be given, each with what it is without." }),
  })
  .meta({ id: "BuiltInScenario" });
export type BuiltInScenario = z.output<typeof builtInScenario>;

/** Values by the names of variables, for one session or call. */
export const variables = z
  .record(z.string().max(50), z.string().max(MAX_VALUE_CHARACTERS))
  .refine((values) => Object.keys(values).length <= MAX_VARIABLES, {
    error: `must not have more than ${MAX_VARIABLES} entries`,
  })
  .meta({ description: "Values for the {{variables}} of the scenario." });
export type Variables = z.output<typeof variables>;
