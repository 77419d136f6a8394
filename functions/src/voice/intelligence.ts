import { type QueryDocumentSnapshot, Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import type { CallRecord } from "./callRecord";
import { changeCall } from "./phoneSessions";
import { type SessionDoc, sessions } from "./store";

/** After how long a session that could not be read is tried again. */
const UNREADABLE_SECONDS = 60 * 60;

type Intelligence = NonNullable<CallRecord["intelligence"]>;

/**
 * Changes what is known of Twilio's transcript of a call, as `change` says, which may be run more than once. 1 read, and a
 * write where there is a change.
 * @returns the call as it is then; undefined where there is none
 */
export async function changeIntelligence(
  ctx: Ctx,
  sessionId: string,
  change: (call: CallRecord) => Intelligence | undefined,
): Promise<CallRecord | undefined> {
  const changed = await changeCall(ctx, sessionId, ({ call }) => {
    const intelligence = change(call);
    return intelligence && { call: { intelligence } };
  });
  return changed?.call;
}

/** A call whose transcript Twilio is to be asked of. */
export interface AwaitedTranscript {
  sessionId: string;
  call: CallRecord;
}

/** The calls of whose transcripts Twilio is to be asked by now, the longest overdue first. Reads only those. */
export async function transcriptsToCheck(ctx: Ctx, most: number): Promise<AwaitedTranscript[]> {
  const { docs } = await sessions(ctx.db)
    .where("call.intelligence.checkAt", "<=", Timestamp.fromDate(ctx.now()))
    .orderBy("call.intelligence.checkAt")
    .limit(most)
    .get();
  const awaited = await Promise.all(docs.map((document) => readable(ctx, document)));
  return awaited.filter((one) => one !== undefined);
}

/** One that cannot be read keeps none of the others waiting: it is logged, and due again an hour later. */
async function readable(
  ctx: Ctx,
  document: QueryDocumentSnapshot<SessionDoc, SessionDoc>,
): Promise<AwaitedTranscript | undefined> {
  try {
    const { sessionId, call } = document.data();
    return call ? { sessionId, call } : undefined;
  } catch (error) {
    ctx.log.error("a call cannot be read", { sessionId: document.id, error });
    const checkAt = Timestamp.fromMillis(ctx.now().getTime() + UNREADABLE_SECONDS * 1_000);
    await document.ref.update({ "call.intelligence.checkAt": checkAt });
    return undefined;
  }
}
