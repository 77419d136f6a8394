import { FieldValue, Timestamp, type Transaction } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { countUse } from "../core/rateLimit";
import { DO_NOT_CALL_WINDOW } from "./limits";
import { anyNumber } from "./phoneNumber";
import type { DoNotCallEntry, DoNotCallInput } from "./schemas";
import { type DoNotCallDoc, doNotCall } from "./store";

/** How a number came onto the list: its owner said so in a call, a user entered it, or the phone network told. */
export type OptOutSource = DoNotCallDoc["source"];

/** Whether a user may not call a number: its owner wants no calls at all, or none of this user's. 1 read of `tx`. */
export async function isBarred(
  ctx: Ctx,
  tx: Transaction,
  { to, userId }: { to: string; userId: string },
): Promise<boolean> {
  const entry = (await tx.get(doNotCall(ctx.db).doc(to))).data();
  return entry !== undefined && (entry.everyone || entry.userIds.includes(userId));
}

/** Whoever has this number wants no more calls, whoever makes them. Doing it again changes nothing. 1 write. */
export async function optOut(ctx: Ctx, number: string, source: OptOutSource): Promise<void> {
  const entry = { number, everyone: true, source, since: Timestamp.fromDate(ctx.now()) };
  await doNotCall(ctx.db).withConverter(null).doc(number).set(entry, { merge: true });
}

/** Whoever has this number wants calls again; what users have on their own lists stays. 1 write. */
export async function optIn(ctx: Ctx, number: string): Promise<void> {
  const entry = { number, everyone: false, since: Timestamp.fromDate(ctx.now()) };
  await doNotCall(ctx.db).withConverter(null).doc(number).set(entry, { merge: true });
}

/**
 * Puts a number on one's own list. 1 read, 2 writes.
 * @throws AppError invalid_argument for what is no number, rate_limited
 */
export async function addDoNotCall(
  ctx: Ctx,
  { phone_number }: DoNotCallInput,
): Promise<{ phone_number: string }> {
  const { uid } = requireCaller(ctx);
  const number = anyNumber(phone_number, ctx.config);
  await countChange(ctx, uid);
  const entry = { number, userIds: FieldValue.arrayUnion(uid) };
  await doNotCall(ctx.db).withConverter(null).doc(number).set(entry, { merge: true });
  return { phone_number: number };
}

/**
 * Takes a number off one's own list; what its owner has said stays. 1 read, 2 writes.
 * @throws AppError invalid_argument for what is no number, rate_limited
 */
export async function removeDoNotCall(
  ctx: Ctx,
  { phone_number }: DoNotCallInput,
): Promise<{ message: string }> {
  const { uid } = requireCaller(ctx);
  const number = anyNumber(phone_number, ctx.config);
  await countChange(ctx, uid);
  const entry = { number, userIds: FieldValue.arrayRemove(uid) };
  await doNotCall(ctx.db).withConverter(null).doc(number).set(entry, { merge: true });
  return { message: "The number is not on your do-not-call list" };
}

function countChange(ctx: Ctx, userId: string): Promise<void> {
  return countUse(ctx, { what: "doNotCall", by: userId, policy: DO_NOT_CALL_WINDOW });
}

/** Takes a user who is no more off the lists of all numbers. A read and a write each. */
export async function eraseDoNotCallOf(ctx: Ctx, userId: string): Promise<void> {
  const { docs } = await doNotCall(ctx.db).where("userIds", "array-contains", userId).select().get();
  await Promise.all(docs.map(({ ref }) => ref.update({ userIds: FieldValue.arrayRemove(userId) })));
}

/** The numbers on one's own list. One read each. */
export async function listDoNotCall(ctx: Ctx): Promise<DoNotCallEntry[]> {
  const { uid } = requireCaller(ctx);
  const { docs } = await doNotCall(ctx.db).where("userIds", "array-contains", uid).get();
  return docs.map((document) => ({ phone_number: document.data().number }));
}
