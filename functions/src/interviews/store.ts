import type { CollectionReference, Firestore } from "firebase-admin/firestore";
import { z } from "zod";
import { converter, timestamp } from "../core/documents";
import { INTERVIEW_TYPES } from "./interviewTypes";

/** How far a question is that was practised at least once. */
const practiceDoc = z.object({
  status: z.enum(["in_progress", "completed"]),
  /** The latest sessions in which it was practised, newest first. */
  sessions: z.object({ sessionId: z.string(), startedAt: timestamp }).array(),
  /** When the first began, and when the last of those that have ended did. */
  startedAt: timestamp,
  endedAt: timestamp.optional(),
});
export type PracticeDoc = z.output<typeof practiceDoc>;

export const interviewDoc = z.object({
  interviewId: z.string(),
  userId: z.string(),
  type: z.enum(INTERVIEW_TYPES),
  title: z.string(),
  role: z.string(),
  questions: z.string().array(),
  /** By the question's number, from 1; one that nobody has begun has none. */
  progress: z.record(z.string(), practiceDoc).default({}),
  /** Its sessions that have not ended: as a rule one, for the next takes the place of the one before. */
  openSessions: z.object({ sessionId: z.string(), startedAt: timestamp }).array().default([]),
  createdAt: timestamp,
});
export type InterviewDoc = z.output<typeof interviewDoc>;

/** One document a user, so that creating costs one read, whatever there is. */
export const interviewOwnerDoc = z.object({
  userId: z.string(),
  /** How many there are. */
  count: z.number().int(),
});
export type InterviewOwnerDoc = z.output<typeof interviewOwnerDoc>;

const interviewConverter = converter<InterviewDoc>(interviewDoc);
const ownerConverter = converter<InterviewOwnerDoc>(interviewOwnerDoc);

/** `interviews/{interviewId}`: each with its questions and how far they are. */
export function interviews(db: Firestore): CollectionReference<InterviewDoc, InterviewDoc> {
  return db.collection("interviews").withConverter(interviewConverter);
}

/** `interviewOwners/{uid}`: how many each user has. */
export function interviewOwners(db: Firestore): CollectionReference<InterviewOwnerDoc, InterviewOwnerDoc> {
  return db.collection("interviewOwners").withConverter(ownerConverter);
}
