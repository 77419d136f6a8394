/** Transcripts in a list. */
export const DEFAULT_TRANSCRIPTS_PER_PAGE = 10;
export const MAX_TRANSCRIPTS_PER_PAGE = 100;
/** Each that is passed over is billed as a read. */
export const MAX_SKIPPED = 10_000;
/** Of a document's 1 MiB so much is turns. */
export const PART_BYTES = 700_000;
/** The longest turn that is kept, as JSON: a document holds no longer one. */
export const MAX_TURN_BYTES = 1_000_000;
/** Of one conversation, as JSON: it is stored in one transaction, which may have 10 MiB. */
export const MAX_KEPT_BYTES = 9_000_000;

/** After how long Twilio is asked for a transcript again that it did not confirm. */
export const ANSWER_SECONDS = 60;
/** After how long Twilio is asked how a transcript stands, by how often it was asked. */
export const CHECK_AFTER_SECONDS = [120, 300, 900, 3_600, 6 * 3_600, 24 * 3_600] as const;
/** Transcripts that one run asks of. */
export const CHECKS_A_RUN = 50;
export const CHECK_LEASE_SECONDS = 120;
/** When a run leaves the rest to the next one. */
export const CHECK_RUN_MS = 60_000;

/** After how long a provider is told again to erase something, by how often that failed: for a week. */
export const ERASE_AGAIN_SECONDS = [
  300,
  300,
  3_600,
  6 * 3_600,
  24 * 3_600,
  2 * 24 * 3_600,
  4 * 24 * 3_600,
] as const;
export const ERASURES_A_RUN = 50;
/** After how long it is looked for what a provider has made of a call since its session was erased. */
export const LOOK_LATER_SECONDS = 15 * 60;
/** How long it is known what was erased. */
export const RECEIPT_SECONDS = 400 * 24 * 3_600;
/** Of one session. */
export const MAX_RECEIPTS = 20;
/** Sessions that one run erases because they were kept long enough. */
export const OUTDATED_A_RUN = 100;
