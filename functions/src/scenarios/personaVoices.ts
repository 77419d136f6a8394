/** What a persona sounds like, and the realtime voice that comes nearest, November 2026. */
export const PERSONA_VOICES = {
  aggressive_female: "coral",
  aggressive_male: "ash",
  authoritative_female: "sage",
  authoritative_male: "cedar",
  calm_female: "sage",
  calm_male: "echo",
  concerned_female: "shimmer",
  concerned_male: "ballad",
  elderly_female: "shimmer",
  elderly_male: "ballad",
  friendly_female: "marin",
  friendly_male: "verse",
  neutral: "alloy",
  professional_female: "marin",
  professional_male: "cedar",
  young_female: "coral",
  young_male: "verse",
} as const;

export type PersonaVoice = keyof typeof PERSONA_VOICES;
export type RealtimeVoice = (typeof PERSONA_VOICES)[PersonaVoice];

export const PERSONA_VOICE_NAMES = Object.keys(PERSONA_VOICES) as [PersonaVoice, ...PersonaVoice[]];
