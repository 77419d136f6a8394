import { FieldPath, type Query, Timestamp } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { parseCursor, writeCursor } from "../core/timeCursor";
import type { ListInput, ListOutput } from "./apiSchemas";
import { enhancedTranscripts, type TranscriptDoc } from "./store";

/**
 * One's own conversations that have ended, newest first. Reads one document more than it returns, at most, and one for each
 * that is skipped.
 * @throws AppError invalid_argument for a cursor that is none
 */
export async function listTranscripts(ctx: Ctx, input: ListInput): Promise<ListOutput> {
  const { uid } = requireCaller(ctx);
  const { skip, limit, cursor } = input;
  const query = filtered(enhancedTranscripts(ctx.db).where("userId", "==", uid), input)
    .orderBy("callDate", "desc")
    .orderBy(FieldPath.documentId(), "desc");
  const from = cursor === undefined ? query.offset(skip) : query.startAfter(...parseCursor(cursor));
  const found = (await from.limit(limit + 1).get()).docs.map((document) => document.data());
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    transcripts: shown.map(({ listed }) => listed),
    ...(found.length > limit && last ? { nextCursor: writeCursor(last.callDate, last.sessionId) } : {}),
  };
}

type TranscriptQuery = Query<TranscriptDoc, TranscriptDoc>;

function filtered(query: TranscriptQuery, input: ListInput): TranscriptQuery {
  const { call_direction, scenario_name, date_from, date_to } = input;
  const at = (time: string) => Timestamp.fromDate(new Date(time));
  let wanted = query;
  if (call_direction !== undefined) wanted = wanted.where("callDirection", "==", call_direction);
  if (scenario_name !== undefined) wanted = wanted.where("scenarioName", "==", scenario_name);
  if (date_from !== undefined) wanted = wanted.where("callDate", ">=", at(date_from));
  if (date_to !== undefined) wanted = wanted.where("callDate", "<", at(date_to));
  return wanted;
}
