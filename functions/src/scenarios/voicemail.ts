/**
 * What becomes of a call that an answering machine takes: hang up, leave a message after the tone, or go on as with a
 * person.
 */
export const VOICEMAIL_ACTIONS = ["hang_up", "leave_message", "carry_on"] as const;
export type VoicemailAction = (typeof VOICEMAIL_ACTIONS)[number];

/** Where a scenario does not say: a person who is taken for a machine is never hung up on. */
export const DEFAULT_VOICEMAIL_ACTION: VoicemailAction = "carry_on";
