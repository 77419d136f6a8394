import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import type { CallRecord } from "./callRecord";
import { changeCall } from "./phoneSessions";
import { sessions } from "./store";

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
  return docs.flatMap((document) => {
    const { sessionId, call } = document.data();
    return call ? [{ sessionId, call }] : [];
  });
}
