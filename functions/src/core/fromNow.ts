import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "./ctx";

/** So many seconds from now. */
export function fromNow(ctx: Pick<Ctx, "now">, seconds: number): Timestamp {
  return Timestamp.fromMillis(ctx.now().getTime() + seconds * 1_000);
}
