import type { Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { isThere } from "../core/firestore";
import { sessions } from "./store";

/** Whether a transaction that opens this session was committed; the session's id was just made up. 1 read of `tx`. */
export function wasOpened(ctx: Ctx, sessionId: string): (tx: Transaction) => Promise<boolean> {
  return isThere(sessions(ctx.db).doc(sessionId));
}
