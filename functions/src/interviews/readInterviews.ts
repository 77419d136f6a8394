import { FieldPath } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { pageOf } from "../core/timePages";
import { PERSONAS } from "./personas";
import { progressOf } from "./progress";
import type { Interview, InterviewRef, ListInput, ListOutput } from "./schemas";
import { type InterviewDoc, interviews } from "./store";

/**
 * The caller's interviews, newest first. Reads at most one document more than it returns.
 * @throws AppError invalid_argument for a cursor that is none
 */
export async function listInterviews(ctx: Ctx, page: ListInput): Promise<ListOutput> {
  const { uid } = requireCaller(ctx);
  const query = interviews(ctx.db)
    .where("userId", "==", uid)
    .orderBy("createdAt", "desc")
    .orderBy(FieldPath.documentId(), "desc");
  const { shown, nextCursor } = await pageOf(query, page);
  return { interviews: shown.map(toInterview), ...(nextCursor === undefined ? {} : { nextCursor }) };
}

/** One of the caller's interviews. 1 read. @throws AppError not_found, also for another user's */
export async function getInterview(ctx: Ctx, { id }: InterviewRef): Promise<Interview> {
  return toInterview(await readOwnInterview(ctx, id));
}

/** @throws AppError not_found for a missing interview and for another user's alike */
export async function readOwnInterview(ctx: Ctx, id: string): Promise<InterviewDoc> {
  const { uid } = requireCaller(ctx);
  const stored = (await interviews(ctx.db).doc(documentId(id)).get()).data();
  if (stored?.userId !== uid) throw interviewNotFound();
  return stored;
}

/** As its owner sees it. */
export function toInterview(stored: InterviewDoc): Interview {
  const { voice, manner } = PERSONAS[stored.type];
  return {
    id: stored.interviewId,
    type: stored.type,
    title: stored.title,
    role: stored.role,
    questions: stored.questions,
    persona: { voice, manner },
    progress: progressOf(stored),
    createdAt: stored.createdAt.toDate().toISOString(),
  };
}

/** The one answer for interviews that do not exist and interviews of others. */
export function interviewNotFound(): AppError {
  return new AppError("not_found", "Interview not found");
}

/** What a client sent as a document's id. @throws AppError not_found where it cannot be one */
export function documentId(id: string): string {
  if (/^[A-Za-z0-9-]{1,128}$/.test(id)) return id;
  throw interviewNotFound();
}
