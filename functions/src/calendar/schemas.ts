import { z } from "zod";
import { moment } from "../core/plainSchemas";
import { integerOf } from "../core/queryValues";
import { DEFAULT_EVENTS_PER_PAGE, MAX_EVENTS_PER_PAGE } from "./limits";

export const authorization = z.object({
  authorization_url: z
    .url()
    .meta({ description: "Where to send the user; it serves once, for ten minutes." }),
});

/** What Google sends back: loose, for it adds fields as it likes. What is malformed is as good as absent. */
export const callbackInput = z.looseObject({
  state: z.string().min(1).max(512).optional().catch(undefined),
  code: z.string().min(1).max(2_048).optional().catch(undefined),
  error: z.string().max(100).optional().catch(undefined),
});
export type CallbackInput = z.output<typeof callbackInput>;

/** With `success` and `connected`, or with `error` and `message`. */
export const frontendUrl = z.url();

export const listEventsInput = z.strictObject({
  max_results: z.preprocess(
    integerOf,
    z.number().int().min(1).max(MAX_EVENTS_PER_PAGE).default(DEFAULT_EVENTS_PER_PAGE),
  ),
  time_min: moment.optional().meta({ description: "Events that end later; else now." }),
  time_max: moment.optional().meta({ description: "Events that begin earlier." }),
  cursor: z
    .string()
    .min(1)
    .max(4_096)
    .optional()
    .meta({ description: "The X-Next-Cursor of the page before." }),
});
export type ListEventsInput = z.output<typeof listEventsInput>;

export const event = z
  .object({
    id: z.string(),
    summary: z.string(),
    start: z
      .string()
      .meta({ description: "A moment in UTC, 2026-12-01T14:00:00Z; of a whole day its date, 2026-12-01." }),
    end: z.string().meta({ description: "Likewise; of a whole day the day after." }),
    location: z.string().nullable(),
    description: z.string().nullable(),
    all_day: z.boolean(),
    time_zone: z.string().meta({ description: "In which the event was made, else the calendar's." }),
  })
  .meta({ id: "CalendarEvent" });
export type Event = z.output<typeof event>;

export const listEventsOutput = z.object({ events: z.array(event), nextCursor: z.string().optional() });
export type ListEventsOutput = z.output<typeof listEventsOutput>;
