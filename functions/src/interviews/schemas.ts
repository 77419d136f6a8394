import { z } from "zod";
import { codePoints } from "../core/codePoints";
import { pageFields } from "../core/plainSchemas";
import { REALTIME_VOICES } from "../voice/schemas";
import { INTERVIEW_TYPES } from "./interviewTypes";
import {
  DEFAULT_INTERVIEWS_PER_PAGE,
  MAX_INTERVIEWS_PER_PAGE,
  MAX_QUESTION_CHARACTERS,
  MAX_QUESTIONS,
  MAX_ROLE_CHARACTERS,
  MAX_SESSIONS_PER_QUESTION,
  MAX_TITLE_CHARACTERS,
} from "./limits";

const text = (most: number) =>
  z
    .string()
    .trim()
    .min(1, { error: "must not be empty" })
    .refine((value) => codePoints(value) <= most, { error: `must not exceed ${most} characters` });

const type = z.enum(INTERVIEW_TYPES);
const title = text(MAX_TITLE_CHARACTERS);
const role = text(MAX_ROLE_CHARACTERS).meta({ description: "The position that the interview is for." });

export const createInput = z.strictObject({
  type,
  title: title.optional().meta({ description: "Without it, one is made of the type." }),
  role,
  questions: text(MAX_QUESTION_CHARACTERS)
    .array()
    .min(1, { error: "must have at least one question" })
    .max(MAX_QUESTIONS, { error: `must not have more than ${MAX_QUESTIONS} questions` })
    .optional()
    .meta({ description: "Without them, five of the type's own." }),
});
export type CreateInput = z.output<typeof createInput>;

const id = z.string().min(1).max(500);
export const interviewRef = z.strictObject({ id });
export type InterviewRef = z.output<typeof interviewRef>;

/** A question of an interview, as clients name it; counted from 1. */
export const questionRef = z.strictObject({ interview_id: id, question_number: z.number().int().min(1) });
export type QuestionRef = z.output<typeof questionRef>;

export const listInput = z.strictObject({
  ...pageFields({ usual: DEFAULT_INTERVIEWS_PER_PAGE, most: MAX_INTERVIEWS_PER_PAGE }),
});
export type ListInput = z.output<typeof listInput>;

const questionProgress = z.object({
  questionNumber: z.number().int(),
  status: z.enum(["not_started", "in_progress", "completed"]).meta({
    description:
      "Completed once a session in which it was practised has ended; practising it again changes that not.",
  }),
  sessionIds: z
    .string()
    .array()
    .meta({
      description: `The voice sessions in which it was practised, newest first, at most ${MAX_SESSIONS_PER_QUESTION}.`,
    }),
  startedAt: z.iso.datetime().optional().meta({ description: "When the first of them began." }),
  endedAt: z.iso.datetime().optional().meta({ description: "When the last of them that has ended did." }),
});
export type QuestionProgress = z.output<typeof questionProgress>;

export const interview = z
  .object({
    id,
    type,
    title: z.string(),
    role: z.string(),
    questions: z.string().array(),
    persona: z
      .object({ voice: z.enum(REALTIME_VOICES), manner: z.string() })
      .meta({ description: "Who interviews: it follows from the type." }),
    progress: questionProgress.array().meta({ description: "One entry a question, in their order." }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Interview" });
export type Interview = z.output<typeof interview>;

export const listOutput = z.object({ interviews: interview.array(), nextCursor: z.string().optional() });
export type ListOutput = z.output<typeof listOutput>;
