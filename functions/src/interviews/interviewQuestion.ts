import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { instructionsFor } from "./instructions";
import { PERSONAS, type Persona } from "./personas";
import { readOwnInterview } from "./readInterviews";
import type { QuestionRef } from "./schemas";

/** A question of an interview, with what makes a voice session of it. */
export interface InterviewQuestion {
  interviewId: string;
  /** From 1. */
  questionNumber: number;
  question: string;
  voice: Persona["voice"];
  /** The model's whole prompt: see `instructionsFor`. */
  instructions: string;
  /** Sessions of this interview that are open: a new one takes their place. */
  openSessionIds: readonly string[];
}

/**
 * A question of one of the caller's interviews. 1 read.
 * @throws AppError not_found, also for another user's interview; invalid_argument naming `question_number` where the
 * interview has no such question
 */
export async function interviewQuestion(ctx: Ctx, asked: QuestionRef): Promise<InterviewQuestion> {
  const { interviewId, type, title, role, questions, openSessions } = await readOwnInterview(
    ctx,
    asked.interview_id,
  );
  const questionNumber = asked.question_number;
  const question = questions[questionNumber - 1];
  if (question === undefined) throw noSuchQuestion(questions.length);
  const questionCount = questions.length;
  return {
    interviewId,
    questionNumber,
    question,
    voice: PERSONAS[type].voice,
    openSessionIds: openSessions.map(({ sessionId }) => sessionId),
    instructions: instructionsFor({ type, title, role, question, questionNumber, questionCount }),
  };
}

function noSuchQuestion(count: number): AppError {
  const field = "question_number";
  const has = count === 1 ? "1 question" : `${count} questions`;
  return new AppError("invalid_argument", `${field}: must be 1 to ${count}, the interview has ${has}`, {
    details: { field },
  });
}
