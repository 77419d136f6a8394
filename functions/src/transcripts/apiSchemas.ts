import { z } from "zod";
import { moment, pageFields } from "../core/plainSchemas";
import { integerOf } from "../core/queryValues";
import { listedTranscript } from "./enhancedTranscript";
import { DEFAULT_TRANSCRIPTS_PER_PAGE, MAX_SKIPPED, MAX_TRANSCRIPTS_PER_PAGE } from "./limits";

const time = moment.refine(
  (time) => new Date(time).getUTCFullYear() >= 1 && new Date(time).getUTCFullYear() <= 9_999,
  {
    error: "must be a time of the years 1 to 9999",
  },
);

export const listInput = z
  .strictObject({
    skip: z
      .preprocess(integerOf, z.number().int().min(0).max(MAX_SKIPPED).default(0))
      .meta({ description: "How many to pass over; a cursor costs less." }),
    ...pageFields({ usual: DEFAULT_TRANSCRIPTS_PER_PAGE, most: MAX_TRANSCRIPTS_PER_PAGE }),
    call_direction: z.enum(["outbound", "inbound", "app", "webrtc", "vapi"]).optional(),
    scenario_name: z.string().min(1).max(500).optional(),
    date_from: time.optional().meta({ description: "Conversations that began then or later." }),
    date_to: time.optional().meta({ description: "Conversations that began earlier." }),
  })
  .refine(({ skip, cursor }) => skip === 0 || cursor === undefined, {
    path: ["skip"],
    error: "a cursor tells by itself where the page begins",
  });
export type ListInput = z.output<typeof listInput>;

export const listOutput = z.object({
  transcripts: z.array(listedTranscript),
  nextCursor: z.string().optional(),
});
export type ListOutput = z.output<typeof listOutput>;

export const receiptsInput = z.strictObject({
  session_id: z.string().min(1).max(128).meta({ description: "Of the session that was erased." }),
});
export type ReceiptsInput = z.output<typeof receiptsInput>;
export const receipt = z
  .object({
    what: z.enum(["recording", "transcript", "call", "vapi_call"]).meta({
      description:
        "`call`: what of the call is found later; each of that has a receipt of its own. `vapi_call`: a call at Vapi.",
    }),
    sid: z.string().meta({ description: "Twilio's." }),
    status: z.enum(["pending", "erased", "given_up"]),
    attempts: z.number().int().meta({ description: "How often it has failed." }),
    requested_at: z.iso.datetime(),
    erased_at: z.iso.datetime().optional(),
  })
  .meta({ id: "ErasureReceipt" });
export type Receipt = z.output<typeof receipt>;

/** https://www.twilio.com/docs/conversational-intelligence/api/service-resource; loose, for Twilio adds fields as it likes */
export const intelligenceInput = z.looseObject({
  transcript_sid: z.string().regex(/^GT[0-9a-fA-F]{32}$/),
  /** What we have called it. */
  customer_key: z
    .string()
    .regex(/^(?!__)[A-Za-z0-9_-]{1,128}$/)
    .optional()
    .catch(undefined),
});
export type IntelligenceInput = z.output<typeof intelligenceInput>;
export const noAnswer = z.undefined();

export const FORMATS = ["json", "text", "vtt", "csv", "html"] as const;
export const transcriptRef = z.strictObject({
  transcript_sid: z.string().regex(/^(?!__)[A-Za-z0-9_-]{1,128}$/, {
    error: "must be a transcript_sid as the list gives it",
  }),
  format: z.enum(FORMATS).default("json").meta({ description: "What it is given as." }),
});
export type TranscriptRef = z.output<typeof transcriptRef>;
