import type { CollectionReference, Firestore } from "firebase-admin/firestore";
import { z } from "zod";
import { converter, timestamp } from "../core/documents";
import { PERSONA_VOICE_NAMES } from "./personaVoices";
import { DEFAULT_VOICEMAIL_ACTION, VOICEMAIL_ACTIONS } from "./voicemail";

export const scenarioDoc = z.object({
  scenarioId: z.string(),
  userId: z.string(),
  /** Counts a user's scenarios. */
  number: z.number().int(),
  persona: z.string(),
  prompt: z.string(),
  voiceType: z.enum(PERSONA_VOICE_NAMES),
  temperature: z.number(),
  onVoicemail: z.enum(VOICEMAIL_ACTIONS).default(DEFAULT_VOICEMAIL_ACTION),
  createdAt: timestamp,
  updatedAt: timestamp,
  /** What created it; two scenarios never have the same. */
  request: z.string().optional(),
});
export type ScenarioDoc = z.output<typeof scenarioDoc>;

/** One document a user, so that creating costs one read, whatever there is. */
export const scenarioOwnerDoc = z.object({
  userId: z.string(),
  /** How many there are. */
  count: z.number().int(),
  /** What the newest got, so that none is given twice: its number and the second in its id. */
  lastNumber: z.number().int(),
  lastSecond: z.number().int(),
});
export type ScenarioOwnerDoc = z.output<typeof scenarioOwnerDoc>;

const scenarioConverter = converter<ScenarioDoc>(scenarioDoc);
const ownerConverter = converter<ScenarioOwnerDoc>(scenarioOwnerDoc);

/** `scenarios/{scenarioId}`: custom scenarios. */
export function scenarios(db: Firestore): CollectionReference<ScenarioDoc, ScenarioDoc> {
  return db.collection("scenarios").withConverter(scenarioConverter);
}

/** `scenarioOwners/{uid}`: how many each user has. */
export function scenarioOwners(db: Firestore): CollectionReference<ScenarioOwnerDoc, ScenarioOwnerDoc> {
  return db.collection("scenarioOwners").withConverter(ownerConverter);
}
