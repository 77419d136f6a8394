import { firebaseApp } from "./firestore";

/** A task that was enqueued before is the same by its id. */
const ALREADY_THERE = "functions/task-already-exists";

/** Hands a function's work over to Cloud Tasks for a later time; again with the same id it changes nothing. */
export async function enqueueTask(
  functionName: string,
  data: Record<string, unknown>,
  { id, at }: { id: string; at: Date },
): Promise<void> {
  const { getFunctions } = await import("firebase-admin/functions");
  const queue = getFunctions(firebaseApp()).taskQueue(functionName);
  try {
    await queue.enqueue(data, { id, scheduleTime: at });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== ALREADY_THERE) throw error;
  }
}
