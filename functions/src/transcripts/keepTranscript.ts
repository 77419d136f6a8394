import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { isOvertaken } from "../core/firestore";
import { type EndedConversation, endedConversation, onlyWhileThere } from "../voice/endedConversation";
import { buildConversation } from "./buildConversation";
import type { Conversation, ConversationTurn } from "./conversation";
import { type AboutConversation, enhance, listed } from "./enhancedTranscript";
import { PART_BYTES } from "./limits";
import type { TwilioSentence } from "./sources";
import { enhancedTranscripts, type TranscriptDoc, transcriptParts } from "./store";
import { twilioSentences } from "./twilioSentences";

/**
 * Makes the enhanced transcript of a session that has ended, out of all that is known of it by now, and stores it whole in
 * one batch. Doing it again comes to the same, or to more where more is known. A read a turn and 3, a write a part and 2.
 */
export async function keepTranscript(ctx: Ctx, sessionId: string): Promise<void> {
  const ended = await endedConversation(ctx, sessionId);
  if (!ended) return;
  const sentences = await twilioSentences(ctx, ended.session);
  const conversation = conversationOf(ended, sentences);
  const about = aboutSession(ended.session, sentences !== undefined);
  await store(ctx, { sessionId, userId: ended.session.userId }, conversation, about);
}

type SessionOf = EndedConversation["session"];

function conversationOf(
  { session, said }: EndedConversation,
  sentences: TwilioSentence[] | undefined,
): Conversation {
  const startedAt = beginningOf(session);
  return buildConversation({ turns: said, startedAt, ...(sentences ? { sentences } : {}) });
}

/** A call begins when it is answered. */
function beginningOf({ call, createdAt }: SessionOf): Date {
  return (call?.statuses["in-progress"]?.at ?? createdAt).toDate();
}

function aboutSession(session: SessionOf, isTranscribed: boolean): AboutConversation {
  const { call, kind, scenario, endedAt, sessionId } = session;
  const began = beginningOf(session);
  const ended = endedAt?.toDate() ?? began;
  const seconds = call?.durationSeconds ?? Math.round((ended.getTime() - began.getTime()) / 1_000);
  return {
    transcript_sid: (isTranscribed ? call?.intelligence?.transcriptSid : undefined) ?? sessionId,
    call_date: began.toISOString(),
    call_direction: call?.direction ?? kind,
    scenario_name: scenario?.scenarioId ?? "",
    duration: Math.max(0, seconds),
  };
}

async function store(
  ctx: Ctx,
  { sessionId, userId }: { sessionId: string; userId: string },
  conversation: Conversation,
  about: AboutConversation,
): Promise<void> {
  const parts = partsOf(conversation.turns);
  const head: TranscriptDoc = {
    sessionId,
    userId,
    transcriptSid: about.transcript_sid,
    callDate: Timestamp.fromDate(new Date(about.call_date)),
    callDirection: about.call_direction,
    scenarioName: about.scenario_name,
    durationSeconds: about.duration,
    speakers: conversation.speakers,
    timeline: conversation.timeline,
    listed: listed(enhance(conversation, about), sessionId),
    parts: parts.length,
  };
  const reference = enhancedTranscripts(ctx.db).doc(sessionId);
  const before = (await reference.get()).data()?.parts ?? 0;
  const batch = ctx.db.batch();
  onlyWhileThere(ctx, batch, sessionId);
  batch.set(reference, head);
  const partAt = (index: number) => transcriptParts(ctx.db, sessionId).doc(String(index));
  for (const [index, turns] of parts.entries()) batch.set(partAt(index), { userId, turns });
  for (let index = parts.length; index < before; index += 1) batch.delete(partAt(index));
  try {
    await batch.commit();
  } catch (error) {
    // The session was erased meanwhile: there is nothing to keep.
    if (!isOvertaken(error)) throw error;
  }
}

/** The turns as JSON, so many together as a document holds. */
function partsOf(turns: readonly ConversationTurn[]): string[] {
  const parts: string[] = [];
  let texts: string[] = [];
  let bytes = 0;
  for (const turn of turns) {
    const text = JSON.stringify(turn);
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > PART_BYTES && texts.length > 0) {
      parts.push(`[${texts.join(",")}]`);
      [texts, bytes] = [[], 0];
    }
    texts.push(text);
    bytes += size;
  }
  return texts.length === 0 ? parts : [...parts, `[${texts.join(",")}]`];
}
