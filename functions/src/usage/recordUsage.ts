import { FieldValue, Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { documentName, isAlreadyThere } from "../core/firestore";
import { countedRequests, usageDays } from "./store";

/** How long a day's usage is kept. */
const DAY_KEPT_SECONDS = 400 * 24 * 60 * 60;
/** How long it is known which requests were counted: longer than any retry. */
const REQUEST_KEPT_SECONDS = 24 * 60 * 60;

/** Amounts by name, such as `requests`, `promptTokens` or `characters`. */
export type Amounts = Readonly<Record<string, number>>;

/**
 * Adds what one request used to the user's day (UTC); the same request counts once, however often its writing is tried.
 * A failure is logged and does not fail the request that was served. 2 writes.
 */
export async function recordUsage(
  ctx: Ctx,
  userId: string,
  feature: "chat" | "speech",
  amounts: Amounts,
): Promise<void> {
  const now = ctx.now();
  const day = now.toISOString().slice(0, 10);
  const id = `${documentName(userId)}_${day}`;
  const after = (seconds: number) => Timestamp.fromMillis(now.getTime() + seconds * 1_000);
  const sums = Object.entries(amounts).map(([name, amount]) => [name, FieldValue.increment(amount)]);
  const batch = ctx.db.batch();
  batch.create(countedRequests(ctx.db, id).doc(ctx.requestId), {
    expiresAt: after(REQUEST_KEPT_SECONDS),
  });
  batch.set(
    usageDays(ctx.db).doc(id),
    { userId, day, [feature]: Object.fromEntries(sums), expiresAt: after(DAY_KEPT_SECONDS) },
    { merge: true },
  );
  try {
    await batch.commit();
  } catch (error) {
    if (isAlreadyThere(error)) return;
    ctx.log.error("usage could not be recorded", { feature, amounts, error });
  }
}
