import { Timestamp } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { documentName, isThere, transact } from "../core/firestore";
import { countUse } from "../core/rateLimit";
import { DEFAULT_QUESTIONS } from "./defaultQuestions";
import { DEFAULT_TITLES } from "./interviewTypes";
import { CREATE_WINDOW, MAX_INTERVIEWS } from "./limits";
import { toInterview } from "./readInterviews";
import type { CreateInput, Interview } from "./schemas";
import { type InterviewDoc, interviewOwners, interviews } from "./store";

/**
 * Stores an interview of the caller's, at most 100 of them however many come at once. What is not given, title and
 * questions, is what its type has. 2 reads, 3 writes.
 * @throws AppError rate_limited, conflict where there are 100 already
 */
export async function createInterview(ctx: Ctx, input: CreateInput): Promise<Interview> {
  const { uid } = requireCaller(ctx);
  await countUse(ctx, { what: "interview", by: uid, policy: CREATE_WINDOW });
  const created: InterviewDoc = {
    interviewId: ctx.newId(),
    userId: uid,
    type: input.type,
    title: input.title ?? DEFAULT_TITLES[input.type],
    role: input.role,
    questions: input.questions ?? [...DEFAULT_QUESTIONS[input.type]],
    progress: {},
    openSessions: [],
    createdAt: Timestamp.fromDate(ctx.now()),
  };
  const ownerReference = interviewOwners(ctx.db).doc(documentName(uid));
  const reference = interviews(ctx.db).doc(created.interviewId);
  await transact(
    ctx.db,
    async (tx) => {
      const count = (await tx.get(ownerReference)).data()?.count ?? 0;
      if (count >= MAX_INTERVIEWS) throw tooMany();
      tx.create(reference, created);
      tx.set(ownerReference, { userId: uid, count: count + 1 });
    },
    isThere(reference),
  );
  return toInterview(created);
}

function tooMany(): AppError {
  return new AppError("conflict", `You have ${MAX_INTERVIEWS} interviews: delete one first.`);
}
