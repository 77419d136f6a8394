import { createHash } from "node:crypto";
import { type DocumentReference, Timestamp, type Transaction } from "firebase-admin/firestore";
import type { Ctx } from "./ctx";
import { DocumentMemory } from "./documentMemory";
import { isAlreadyThere, isOvertaken, transact } from "./firestore";
import { newId } from "./ids";
import { KeyedQueue } from "./keyedQueue";
import { RefusalMemory } from "./refusalMemory";
import { slidingWindow, type WindowPolicy } from "./slidingWindow";

const COLLECTION = "rateLimits";
const refusals = new RefusalMemory();
const lastStored = new DocumentMemory<Stored>();
const queue = new KeyedQueue();

/** Something that is limited, and by whom it is used. */
export interface LimitedUse {
  /** `chat`, `login`. */
  what: string;
  /** A uid, an address, whatever the limit is for; stored only as a hash. */
  by: string;
  policy: WindowPolicy;
}

/** What a limit's document held, and when it was written. */
interface Stored {
  times: unknown;
  /** Undefined where there was none. */
  updateTime: Timestamp | undefined;
}

/**
 * Counts one use, or refuses it; holds across instances. One transaction: 1 read, 1 write; a refusal writes nothing,
 * and one that this instance has refused before is refused without a read until its time has come.
 * @throws AppError rate_limited with the seconds until one more fits
 */
export async function countUse(ctx: Ctx, use: LimitedUse): Promise<void> {
  // One after another on this instance: at once, they would only wait for one another's locks.
  const key = `${ctx.db.databaseId}/${documentOf(ctx, use).path}`;
  await queue.run(key, () => countInTransaction(ctx, use));
}

/**
 * Like `countUse`, for work that begins while its use is still being counted; but where another use of the same subject
 * is being counted on this instance, this one is counted first, so that a burst begins no work in vain. Costs the same, and no read where this instance wrote the
 * document last.
 * @param signal stops the work
 * @returns `counted`, to be awaited before anything is given out, which rejects as `countUse` does; and the signal for
 * the work, which is then aborted for the same reason
 * @throws AppError rate_limited where this instance has refused such a use before and its time has not come
 */
export async function startCounting(
  ctx: Ctx,
  use: LimitedUse,
  signal: AbortSignal,
): Promise<{ counted: Promise<void>; signal: AbortSignal }> {
  const { path } = documentOf(ctx, use);
  refusals.check(ctx, path);
  const key = `${ctx.db.databaseId}/${path}`;
  if (queue.isBusy(key)) {
    await countUse(ctx, use);
    return { counted: Promise.resolve(), signal };
  }
  const refused = new AbortController();
  const counted = queue.run(key, () => countAtOnce(ctx, use));
  counted.catch((error: unknown) => refused.abort(error));
  return { counted, signal: AbortSignal.any([signal, refused.signal]) };
}

/** Costs nothing. @throws AppError rate_limited where this instance has refused such a use and its time has not come */
export function assertNotRefused(ctx: Ctx, use: LimitedUse): void {
  refusals.check(ctx, documentOf(ctx, use).path);
}

/** Without a transaction's lock: whoever was overtaken takes the transaction. */
async function countAtOnce(ctx: Ctx, use: LimitedUse): Promise<void> {
  const reference = documentOf(ctx, use);
  const { path } = reference;
  const stored = lastStored.get(ctx.db, path) ?? (await read(reference));
  lastStored.delete(ctx.db, path);
  const id = newId();
  const next = nextUse(ctx, use, { path, times: stored.times, id });
  try {
    const { writeTime } = stored.updateTime
      ? await reference.update(next.stored, { lastUpdateTime: stored.updateTime })
      : await reference.create(next.stored);
    lastStored.set(ctx.db, path, { times: next.stored.times, updateTime: writeTime });
    ctx.onLimit?.({ ...use.policy, remaining: next.remaining });
  } catch (error) {
    if (!isOvertaken(error) && !isAlreadyThere(error)) throw error;
    await countInTransaction(ctx, use, id);
  }
}

async function read(reference: DocumentReference): Promise<Stored> {
  const snapshot = await reference.get();
  return { times: snapshot.get("times"), updateTime: snapshot.updateTime };
}

/** @param id of this use: should its writing be tried again though it came through, it still counts once */
async function countInTransaction(ctx: Ctx, use: LimitedUse, id = newId()): Promise<void> {
  const reference = documentOf(ctx, use);
  refusals.check(ctx, reference.path);
  const remaining = await transact(ctx.db, async (tx) => {
    const stored = await tx.get(reference);
    const times: unknown = stored.get("times");
    if (stored.get("last") === id && Array.isArray(times)) return use.policy.limit - times.length;
    const next = nextUse(ctx, use, { path: reference.path, times, id });
    tx.set(reference, next.stored);
    return next.remaining;
  });
  ctx.onLimit?.({ ...use.policy, remaining });
}

function documentOf(ctx: Ctx, { what, by }: Pick<LimitedUse, "what" | "by">): DocumentReference {
  const id = createHash("sha256").update(`${what}\n${by}`).digest("base64url");
  return ctx.db.collection(COLLECTION).doc(id);
}

/** What is stored when one more use is allowed. @throws AppError rate_limited */
function nextUse(
  ctx: Ctx,
  { what, policy }: LimitedUse,
  { path, times, id }: { path: string; times: unknown; id: string },
) {
  const now = ctx.now().getTime();
  const verdict = slidingWindow(times, now, policy);
  if (!verdict.allowed) {
    const until = now + verdict.retryAfterSeconds * 1_000;
    throw refusals.remember(ctx, path, { policy, until });
  }
  const expiresAt = Timestamp.fromMillis(now + policy.windowSeconds * 1_000);
  return { stored: { what, times: verdict.times, last: id, expiresAt }, remaining: verdict.remaining };
}

/**
 * Whether one more use fits, within a transaction that does more: one that comes to nothing is not counted. 1 read of `tx`.
 * @returns counts it: a write, once all is read
 * @throws AppError rate_limited with the seconds until one more fits
 */
export async function readUse(ctx: Ctx, tx: Transaction, use: LimitedUse): Promise<() => void> {
  const reference = documentOf(ctx, use);
  const stored = await tx.get(reference);
  const next = nextUse(ctx, use, { path: reference.path, times: stored.get("times"), id: newId() });
  return () => {
    tx.set(reference, next.stored);
    ctx.onLimit?.({ ...use.policy, remaining: next.remaining });
  };
}

/** Forgets the uses of a subject that is no more. 1 write each. */
export async function forgetUses(ctx: Ctx, uses: readonly Pick<LimitedUse, "what" | "by">[]): Promise<void> {
  await Promise.all(uses.map((use) => documentOf(ctx, use).delete()));
}
