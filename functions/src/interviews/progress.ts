import type { Timestamp } from "firebase-admin/firestore";
import { MAX_SESSIONS_PER_QUESTION } from "./limits";
import type { QuestionProgress } from "./schemas";
import type { InterviewDoc, PracticeDoc } from "./store";

/** A session in which a question is practised, as it stands. */
export interface Practice {
  sessionId: string;
  startedAt: Timestamp;
  isOpen: boolean;
  /** When the question was done with in it; undefined while it is open, and where it ended without that. */
  endedAt?: Timestamp;
}

/**
 * How far a question is once a session is counted in. In whatever order, and however often, sessions are counted in, it
 * comes to the same; it never goes back.
 */
export function withPractice(stored: PracticeDoc | undefined, practice: Practice): PracticeDoc {
  const { sessionId, startedAt } = practice;
  const others = (stored?.sessions ?? []).filter((one) => one.sessionId !== sessionId);
  const sessions = [{ sessionId, startedAt }, ...others].sort(newestFirst);
  const endedAt = latest(stored?.endedAt, practice.endedAt);
  return {
    status: endedAt ? "completed" : "in_progress",
    sessions: sessions.slice(0, MAX_SESSIONS_PER_QUESTION),
    startedAt: stored && stored.startedAt < startedAt ? stored.startedAt : startedAt,
    ...(endedAt ? { endedAt } : {}),
  };
}

/**
 * How far a question is without a session. One that is practised in no other is as if it had never been begun, but for a
 * completed one, which stays so.
 */
export function withoutPractice(stored: PracticeDoc | undefined, sessionId: string): PracticeDoc | undefined {
  const removed = stored?.sessions.find((one) => one.sessionId === sessionId);
  if (!stored || !removed) return stored;
  const sessions = stored.sessions.filter((one) => one !== removed);
  const next = sessions.at(-1)?.startedAt;
  if (!next) return stored.status === "completed" ? { ...stored, sessions } : undefined;
  // What is completed was begun before its end.
  const wasFirst = removed.startedAt.isEqual(stored.startedAt) && !(stored.endedAt && next > stored.endedAt);
  return { ...stored, sessions, startedAt: wasFirst ? next : stored.startedAt };
}

/** An interview's open sessions once one, as it stands, is counted in; oldest first. */
export function withSession(
  open: InterviewDoc["openSessions"],
  { sessionId, startedAt, isOpen }: Practice,
): InterviewDoc["openSessions"] {
  const others = open.filter((one) => one.sessionId !== sessionId);
  return isOpen ? [...others, { sessionId, startedAt }].sort(newestFirst).reverse() : others;
}

/** How far each question is, in their order. */
export function progressOf({ questions, progress }: Pick<InterviewDoc, "questions" | "progress">) {
  return questions.map((_, index): QuestionProgress => {
    const questionNumber = index + 1;
    const practised = progress[questionNumber];
    if (!practised) return { questionNumber, status: "not_started", sessionIds: [] };
    const { status, sessions, startedAt, endedAt } = practised;
    return {
      questionNumber,
      status,
      sessionIds: sessions.map(({ sessionId }) => sessionId),
      startedAt: startedAt.toDate().toISOString(),
      ...(endedAt ? { endedAt: endedAt.toDate().toISOString() } : {}),
    };
  });
}

function newestFirst(a: PracticeDoc["sessions"][number], b: PracticeDoc["sessions"][number]): number {
  const byTime = b.startedAt.toMillis() - a.startedAt.toMillis();
  // Of two that began at once, the same one goes first each time.
  return byTime || (a.sessionId < b.sessionId ? -1 : 1);
}

function latest(a: Timestamp | undefined, b: Timestamp | undefined): Timestamp | undefined {
  if (!a || !b) return a ?? b;
  return a > b ? a : b;
}
