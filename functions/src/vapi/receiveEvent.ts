import type { Ctx } from "../core/ctx";
import { KeyedQueue } from "../core/keyedQueue";
import { eraseLateCall } from "../transcripts/eraseLateCall";
import { finishTranscript } from "../voice/transcript";
import { changeVapiSession, vapiSessionId } from "../voice/vapiSessions";
import type { EventInput } from "./schemas";
import { type ToldByVapi, toldBy } from "./serverMessage";

const queue = new KeyedQueue();

/**
 * Vapi tells of a call: its session is bound to it, its turns are stored, and at its end it is ended and its transcript
 * completed. Told twice, late or in another order it comes to the same. A call of a session that was erased is erased at Vapi;
 * what is of no session of ours is passed over. 1 read and up to 2 writes, a write for a turn; for the report of a
 * conversation 2 reads and up to 2 writes a turn. Of no session 2 reads; of an erased one 3, and up to 1 write.
 * @throws AppError busy
 */
export async function receiveVapiEvent(ctx: Ctx, { message }: EventInput): Promise<undefined> {
  const told = toldBy(message, ctx.now());
  if (!told) return;
  const sessionId = vapiSessionId(told.context);
  // One after another on this instance: at once, they would only wait for one another's locks.
  await queue.run(`${ctx.db.databaseId}/${sessionId}`, () => apply(ctx, sessionId, told));
}

async function apply(ctx: Ctx, sessionId: string, { callId, change }: ToldByVapi): Promise<void> {
  const session = await changeVapiSession(ctx, { sessionId, callId }, change);
  if (!session) {
    if (await eraseLateCall(ctx, { sessionId, callId, isOver: change.ended !== undefined })) return;
    ctx.log.info("a message of a call that is no session's was passed over", { sessionId });
    return;
  }
  // What is told after the end belongs into the transcript all the same.
  const hasSpoken = change.turn !== undefined || change.conversation !== undefined;
  if (session.status === "ended" && hasSpoken) await finishTranscript(ctx, sessionId);
}
