import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { transact } from "../core/firestore";
import { conversationVersion, type EndedConversation, endedConversation } from "../voice/endedConversation";
import { buildConversation } from "./buildConversation";
import type { Conversation, ConversationTurn } from "./conversation";
import { type AboutConversation, enhance, listed } from "./enhancedTranscript";
import { MAX_KEPT_BYTES, MAX_TURN_BYTES, PART_BYTES } from "./limits";
import type { TwilioSentence } from "./sources";
import { enhancedTranscripts, type TranscriptDoc, transcriptParts } from "./store";
import { twilioSentences } from "./twilioSentences";

/** How often it is begun anew because more has become known meanwhile. */
const ATTEMPTS = 5;

/**
 * Makes the enhanced transcript of a session that has ended, out of all that is known of it by now, and stores it whole.
 * Doing it again comes to the same, or to more where more is known; what is out of date is never stored. Without Twilio's
 * sentences, should they not be had, it is whole all the same; of what is more than can be stored at once the end is left
 * out, which is logged and told. A read a turn and 5, a write a part and 1.
 * @throws whatever Twilio fails with, so that it is done again
 */
export async function keepTranscript(ctx: Ctx, sessionId: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const ended = await endedConversation(ctx, sessionId);
    if (!ended) return;
    const { sentences, failure } = await sentencesOf(ctx, ended);
    const whole = conversationOf(ended, sentences);
    const conversation = { ...whole, turns: storable(whole.turns) };
    const truncated = conversation.turns.length < whole.turns.length;
    if (truncated) ctx.log.error("a transcript is too long to be kept whole", { sessionId });
    const about = { ...aboutSession(ended.session, sentences !== undefined), truncated };
    const isOnlyIfNone = failure !== undefined;
    if (!(await store(ctx, ended, { conversation, about, isOnlyIfNone }))) continue;
    if (failure !== undefined) throw failure;
    return;
  }
  throw new Error("A transcript changes faster than it can be kept.");
}

async function sentencesOf(
  ctx: Ctx,
  { session }: EndedConversation,
): Promise<{ sentences?: TwilioSentence[]; failure?: unknown }> {
  try {
    return { sentences: await twilioSentences(ctx, session) };
  } catch (failure) {
    return { failure };
  }
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
  const { call, kind, scenario, sessionId } = session;
  const began = beginningOf(session);
  const duration = call?.durationSeconds ?? secondsBetween(began, endOf(session));
  return {
    transcript_sid: (isTranscribed ? call?.intelligence?.transcriptSid : undefined) ?? sessionId,
    call_date: began.toISOString(),
    call_direction: call?.direction ?? kind,
    scenario_name: scenario?.scenarioId ?? "",
    ...(duration === undefined ? {} : { duration }),
  };
}

/** undefined where nobody has ended it, but the clock: then it was over with its last turn. */
function endOf({ endedAt, endReason, createdAt }: SessionOf): Date | undefined {
  if (endReason === "expired" || endReason === "idle") return undefined;
  return (endedAt ?? createdAt).toDate();
}

/** In whole seconds. */
function secondsBetween(began: Date, ended: Date | undefined): number | undefined {
  return ended && Math.max(0, Math.round((ended.getTime() - began.getTime()) / 1_000));
}

interface Kept {
  conversation: Conversation;
  about: AboutConversation;
  /** What is stored already knows more. */
  isOnlyIfNone: boolean;
}

/** @returns whether it was still of what is known; also where the session is gone, and there is nothing to keep */
async function store(
  ctx: Ctx,
  { session: { sessionId, userId }, version }: EndedConversation,
  { conversation, about, isOnlyIfNone }: Kept,
): Promise<boolean> {
  const parts = partsOf(conversation.turns);
  const head = headOf({ sessionId, userId }, conversation, about, parts.length);
  const reference = enhancedTranscripts(ctx.db).doc(sessionId);
  const partAt = (index: number) => transcriptParts(ctx.db, sessionId).doc(String(index));
  return transact(ctx.db, async (tx) => {
    const now = await conversationVersion(ctx, tx, sessionId);
    const before = (await tx.get(reference)).data();
    if (now === undefined || (isOnlyIfNone && before)) return true;
    if (now !== version) return false;
    tx.set(reference, head);
    for (const [index, turns] of parts.entries()) tx.set(partAt(index), { userId, turns });
    for (let index = parts.length; index < (before?.parts ?? 0); index += 1) tx.delete(partAt(index));
    return true;
  });
}

function headOf(
  whose: { sessionId: string; userId: string },
  conversation: Conversation,
  about: AboutConversation,
  parts: number,
): TranscriptDoc {
  return {
    ...whose,
    transcriptSid: about.transcript_sid,
    callDate: Timestamp.fromDate(new Date(about.call_date)),
    callDirection: about.call_direction,
    scenarioName: about.scenario_name,
    ...(about.duration === undefined ? {} : { durationSeconds: about.duration }),
    speakers: conversation.speakers,
    timeline: conversation.timeline,
    listed: listed(enhance(conversation, about), whose.sessionId),
    parts,
    ...(about.truncated ? { truncated: true } : {}),
  };
}

/** The turns up to where they are too many to be stored, without those that are too long: doing it again would not help. */
function storable(turns: readonly ConversationTurn[]): ConversationTurn[] {
  let bytes = 0;
  return turns.filter((turn) => {
    const size = bytesOf(JSON.stringify(turn));
    if (size > MAX_TURN_BYTES) return false;
    bytes += size;
    return bytes <= MAX_KEPT_BYTES;
  });
}

/** With what stands between it and the next. */
function bytesOf(text: string): number {
  return Buffer.byteLength(text) + 1;
}

/** The turns as JSON, so many together as a document holds. */
function partsOf(turns: readonly ConversationTurn[]): string[] {
  const parts: string[] = [];
  let texts: string[] = [];
  let bytes = 0;
  for (const turn of turns) {
    const text = JSON.stringify(turn);
    const size = bytesOf(text);
    if (bytes + size > PART_BYTES && texts.length > 0) {
      parts.push(`[${texts.join(",")}]`);
      [texts, bytes] = [[], 0];
    }
    texts.push(text);
    bytes += size;
  }
  return texts.length === 0 ? parts : [...parts, `[${texts.join(",")}]`];
}
