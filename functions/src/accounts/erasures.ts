import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { documentName } from "../core/firestore";
import { eraseUser } from "./eraseUser";

const COLLECTION = "erasures";
/** Longer than an ID token lives and a request takes. */
const ERASE_AGAIN_SECONDS = 75 * 60;
/** Users of one run; the rest is for the next. */
const BATCH = 20;

/** Notes that a user is being erased, so that it is done once more when no token of theirs is valid any longer. 1 write. */
export async function noteErasure(ctx: Ctx, uid: string): Promise<void> {
  const dueAt = Timestamp.fromMillis(ctx.now().getTime() + ERASE_AGAIN_SECONDS * 1_000);
  await ctx.db.collection(COLLECTION).doc(documentName(uid)).set({ uid, dueAt });
}

/**
 * Erases once more those whose time has come, and then the note itself. Costs 1 read where there are none.
 * @returns how many they were
 */
export async function eraseAgain(ctx: Ctx): Promise<number> {
  const { docs } = await ctx.db
    .collection(COLLECTION)
    .where("dueAt", "<=", Timestamp.fromDate(ctx.now()))
    .limit(BATCH)
    .get();
  for (const note of docs) {
    await eraseUser(ctx, String(note.get("uid")), null);
    await note.ref.delete();
  }
  return docs.length;
}
