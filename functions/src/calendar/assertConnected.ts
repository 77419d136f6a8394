import type { Ctx } from "../core/ctx";
import { documentName } from "../core/firestore";
import { notConnected } from "./notConnected";
import { calendarConnections } from "./store";

/** 1 read. @throws AppError not_found where a user has connected no calendar */
export async function assertConnected(ctx: Ctx, userId: string): Promise<void> {
  const connection = await calendarConnections(ctx.db).doc(documentName(userId)).get();
  if (!connection.exists) throw notConnected();
}
