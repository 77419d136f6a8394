import { type Firestore, Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "./ctx";
import { transact } from "./firestore";

const COLLECTION = "leases";

/**
 * Runs `work` unless another instance holds the lease `name`; a holder that dies loses it after `seconds`.
 * It saves the reads of doing the same work twice and is no lock: `work` must be safe when two run at once.
 * Costs 1 read; 2 reads and 2 writes where the lease is got.
 * @returns what `work` returns, or undefined where another holds the lease
 */
export async function withLease<T>(
  ctx: Ctx,
  name: string,
  seconds: number,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const holder = ctx.newId();
  if (!(await acquire(ctx, name, holder, seconds))) return undefined;
  try {
    return await work();
  } finally {
    await release(ctx.db, name, holder);
  }
}

async function acquire(ctx: Ctx, name: string, holder: string, seconds: number): Promise<boolean> {
  const reference = ctx.db.collection(COLLECTION).doc(name);
  const now = ctx.now().getTime();
  return transact(
    ctx.db,
    async (tx) => {
      const expiresAt: unknown = (await tx.get(reference)).get("expiresAt");
      // One that lasts longer than any is a dead holder's whose clock was ahead.
      const left = expiresAt instanceof Timestamp ? expiresAt.toMillis() - now : 0;
      if (left > 0 && left <= seconds * 1_000) return false;
      tx.set(reference, { holder, expiresAt: Timestamp.fromMillis(now + seconds * 1_000) });
      return true;
    },
    async (tx) => (await tx.get(reference)).get("holder") === holder,
  );
}

async function release(db: Firestore, name: string, holder: string): Promise<void> {
  const reference = db.collection(COLLECTION).doc(name);
  await transact(db, async (tx) => {
    if ((await tx.get(reference)).get("holder") === holder) tx.delete(reference);
  });
}
