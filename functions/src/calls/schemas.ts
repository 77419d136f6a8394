import { z } from "zod";
import { pageFields } from "../core/plainSchemas";
import { booleanOf, integerOf } from "../core/queryValues";
import { scenarioId, variables } from "../scenarios/schemas";
import { ANSWERED_BY, CALL_STATUSES } from "../voice/callRecord";
import { END_REASONS, language } from "../voice/schemas";
import {
  DEFAULT_CALLS_PER_PAGE,
  DEFAULT_MAX_MINUTES,
  DEFAULT_SCHEDULED_PER_PAGE,
  MAX_CALLS_PER_PAGE,
  MAX_MINUTES,
  MAX_SCHEDULED_PER_PAGE,
} from "./limits";
import { SCHEDULED_STATUSES } from "./store";

const phoneNumber = z
  .string()
  .min(1)
  .max(40)
  .meta({
    description:
      "Best in E.164; without a country code, it is taken as one in the country of the calling number.",
    examples: ["+14155550123"],
  });

/** `+01:00` and `Etc/GMT-1` know nothing of the summer, nor of where anybody is. */
const PLACE = /^(?!Etc\/)[A-Za-z_]+(\/[A-Za-z0-9_+-]+)+$/;

/** A place's zone by its IANA name. */
function isTimeZone(name: string): boolean {
  if (!PLACE.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const record = z.boolean().default(false).meta({ description: "Record both sides, in two channels." });
const maxMinutes = z.number().int().min(1).max(MAX_MINUTES).default(DEFAULT_MAX_MINUTES);
const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: "must be a time zone such as America/New_York" })
  .meta({ description: "Where the person called is; else it follows from the number." });
const shared = {
  phone_number: phoneNumber,
  variables: variables.optional(),
  language: language.optional(),
  time_zone: timeZone.optional(),
};
const inBody = { ...shared, record, max_minutes: maxMinutes };
const inQuery = {
  ...shared,
  record: z.preprocess(booleanOf, record),
  max_minutes: z.preprocess(integerOf, maxMinutes),
};

export const makeCallInput = z.strictObject({ ...inBody, scenario: scenarioId });
export const makeCallQuery = z.strictObject({ ...inQuery, scenario: scenarioId });
export const makeCalendarCallInput = z.strictObject(inBody);
export const makeCalendarCallQuery = z.strictObject(inQuery);
export const makeCustomCallInput = z.strictObject({ ...inBody, scenario_id: scenarioId });
export const makeCustomCallQuery = z.strictObject({ ...inQuery, scenario_id: scenarioId });
export type CallOptions = Omit<z.output<typeof makeCustomCallInput>, "scenario_id"> & { scenarioId: string };

const callSid = z
  .string()
  .regex(/^CA[0-9a-fA-F]{32}$/, { error: "must be the call_sid that placing the call gave" })
  .meta({ examples: ["CA0123456789abcdef0123456789abcdef"] });

const placed = { call_sid: callSid, session_id: z.string() };
export const madeCall = z.object({ status: z.literal("success"), ...placed });
export const madeCalendarCall = z.object({
  status: z.literal("success"),
  ...placed,
  message: z.literal("Calendar call initiated"),
  phone_number: z.string(),
});
export const madeCustomCall = z.object({ status: z.literal("Custom call initiated"), ...placed });
export interface PlacedCallIds {
  callSid: string;
  sessionId: string;
}

export const callRef = z.strictObject({ call_sid: callSid });
export type CallRef = z.output<typeof callRef>;

export const listCallsInput = z.strictObject({
  ...pageFields({ usual: DEFAULT_CALLS_PER_PAGE, most: MAX_CALLS_PER_PAGE }),
});
export type ListCallsInput = z.output<typeof listCallsInput>;

const time = z.iso.datetime();
const callStatus = z.enum(CALL_STATUSES);
export const VOICEMAIL_OUTCOMES = ["hung_up", "message_left", "message_not_left", "carried_on"] as const;
export type VoicemailOutcome = (typeof VOICEMAIL_OUTCOMES)[number];

export const call = z
  .object({
    call_sid: callSid
      .nullable()
      .meta({ description: "null while it is not known whether Twilio took the call." }),
    session_id: z.string().meta({ description: "Of the voice session that the call is." }),
    status: z.enum(["unconfirmed", ...CALL_STATUSES]),
    direction: z.enum(["outbound", "inbound"]),
    from: z.string(),
    to: z.string(),
    scenario: z.string().meta({ description: "The id of the scenario, as it was when the call began." }),
    language: z.string().optional(),
    record: z.boolean(),
    max_minutes: z.number().int(),
    created_at: time,
    answered_at: time.optional(),
    ended_at: time.optional(),
    end_reason: z.enum(END_REASONS).optional(),
    answered_by: z.enum(ANSWERED_BY).optional(),
    voicemail: z.enum(VOICEMAIL_OUTCOMES).optional().meta({
      description: "What became of a call that an answering machine took.",
    }),
    duration: z.number().int().optional().meta({ description: "In seconds, as Twilio bills it." }),
    price: z.number().optional().meta({
      description: "What Twilio took, some time after the end; the model's is `usage` of the session.",
    }),
    price_unit: z.string().optional(),
    status_history: z.array(z.object({ status: callStatus, at: time })),
    recording: z
      .object({ recording_sid: z.string(), status: z.string(), duration: z.number().int().optional() })
      .optional(),
  })
  .meta({ id: "Call" });
export type Call = z.output<typeof call>;

export const listCallsOutput = z.object({ calls: z.array(call), nextCursor: z.string().optional() });
export type ListCallsOutput = z.output<typeof listCallsOutput>;

export const endedCall = z.object({ status: z.literal("success"), call_sid: callSid });

export const doNotCallInput = z.strictObject({ phone_number: phoneNumber });
export type DoNotCallInput = z.output<typeof doNotCallInput>;
export const doNotCallEntry = z.object({ phone_number: z.string() });
export type DoNotCallEntry = z.output<typeof doNotCallEntry>;

const scheduledId = z.string().regex(/^[\w-]{1,128}$/, { error: "must be the id of a scheduled call" });
/** With its offset: a time of day without one is no moment, and two of them when clocks are put back. */
const moment = z.iso.datetime({
  offset: true,
  error: "must be an ISO time with its offset, such as 2026-12-01T14:00:00-05:00",
});

export const scheduleInput = z
  .strictObject({
    ...inBody,
    scenario: scenarioId.optional(),
    scenario_id: scenarioId.optional().meta({ description: "The same as `scenario`." }),
    scheduled_time: moment,
  })
  .refine(({ scenario, scenario_id }) => (scenario === undefined) !== (scenario_id === undefined), {
    path: ["scenario"],
    error: "must be given, and only once",
  });
export type ScheduleInput = z.output<typeof scheduleInput>;

export const scheduledCall = z
  .object({
    id: scheduledId,
    status: z.enum(SCHEDULED_STATUSES),
    phone_number: z.string(),
    scenario: z.string(),
    scheduled_time: time,
    created_at: time,
    session_id: z.string().optional(),
    call_sid: callSid.optional(),
    reason: z.string().optional().meta({ description: "Why it was not placed, or not yet." }),
  })
  .meta({ id: "ScheduledCall" });
export type ScheduledCall = z.output<typeof scheduledCall>;

export const listScheduledInput = z.strictObject({
  limit: z.preprocess(
    integerOf,
    z.number().int().min(1).max(MAX_SCHEDULED_PER_PAGE).default(DEFAULT_SCHEDULED_PER_PAGE),
  ),
  cursor: scheduledId.optional().meta({ description: "The X-Next-Cursor of the page before." }),
});
export type ListScheduledInput = z.output<typeof listScheduledInput>;
export const listScheduledOutput = z.object({
  calls: z.array(scheduledCall),
  nextCursor: z.string().optional(),
});
export type ListScheduledOutput = z.output<typeof listScheduledOutput>;

export const scheduledRef = z.strictObject({ id: scheduledId });
export type ScheduledRef = z.output<typeof scheduledRef>;
