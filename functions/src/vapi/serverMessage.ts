import { z } from "zod";
import { sha256 } from "../core/ids";
import type { PatientContext, VapiChange, VapiTurn } from "../voice/vapiSessions";
import { endReasonOf } from "./endReasons";
import { MAX_TURN_CHARACTERS, MAX_TURNS } from "./limits";

// What Vapi tells of a call. Everything is read loosely, and what cannot be read is left out: the rest of a conversation is
// worth more than a complaint. https://docs.vapi.ai/server-url/events

/** What a message tells, of which call and which session. */
export interface ToldByVapi {
  callId: string;
  context: PatientContext;
  change: VapiChange;
}

/** Firestore knows no times from the year 10000 on. */
const LATEST_MS = Date.UTC(9999, 11, 31);
/** No call lasts longer than a day. */
const LONGEST_SECONDS = 24 * 60 * 60;

const context = z.object({
  id: z.string().min(1).max(128),
  validatedAt: z.iso.datetime({ precision: 3 }),
});
const metadata = z.object({ metadata: context });
const callId = z.string().min(1).max(128);
const time = z
  .union([z.number(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))])
  .refine((ms) => ms > 0 && ms < LATEST_MS);
const text = z
  .string()
  .transform((words) => words.trim().slice(0, MAX_TURN_CHARACTERS).toWellFormed())
  .refine((words) => words !== "");

const transcript = z.object({
  role: z.enum(["user", "assistant"]),
  transcriptType: z.literal("final"),
  transcript: text,
});
const spoken = z.object({
  role: z.enum(["user", "bot", "assistant"]),
  message: text,
  time: time.optional().catch(undefined),
  secondsFromStart: z.number().min(0).max(LONGEST_SECONDS).optional().catch(undefined),
});

type Loose = Readonly<Record<string, unknown>>;

/**
 * What a message tells that concerns a session of ours; undefined where it tells nothing, or of a call without the context
 * that the app was given. A status that changes nothing still names its call.
 * @param now when it came, for one that does not say when it was sent
 */
export function toldBy(message: Loose, now: Date): ToldByVapi | undefined {
  const call = loose(message.call);
  const id = callId.safeParse(call.id).data;
  if (id === undefined) return undefined;
  const change = changeBy(message, id, now);
  const found = change && contextIn(message, call);
  return found ? { callId: id, context: found, change } : undefined;
}

/** Vapi gives what was said when the call was started where it was said, or in the assistant that came of it. */
function contextIn(message: Loose, call: Loose): PatientContext | undefined {
  const places = [
    call.assistantOverrides,
    call,
    message.assistant,
    call.assistant,
    message.assistantOverrides,
  ];
  for (const place of places) {
    const read = metadata.safeParse(place);
    if (read.success) return read.data.metadata;
  }
  return undefined;
}

function changeBy(message: Loose, id: string, now: Date): VapiChange | undefined {
  const type = String(message.type);
  const endedReason = typeof message.endedReason === "string" ? message.endedReason : undefined;
  if (type === "status-update") return message.status === "ended" ? { ended: endReasonOf(endedReason) } : {};
  // It may name in brackets what was subscribed to.
  if (type === "transcript" || type.startsWith("transcript[")) return liveTurn(message, id, now);
  if (type !== "end-of-call-report") return undefined;
  return { ended: endReasonOf(endedReason), conversation: conversationOf(message, id, now) };
}

/** Vapi gives a turn no id: what it says makes one, so that a message that comes again is known. */
function liveTurn(message: Loose, id: string, now: Date): VapiChange | undefined {
  const read = transcript.safeParse(message);
  if (!read.success) return undefined;
  const { role, transcript: content } = read.data;
  const sentAt = time.safeParse(message.timestamp).data;
  const itemId = `live_${sha256(JSON.stringify([id, role, sentAt ?? null, content])).slice(0, 32)}`;
  return { turn: { itemId, role, content, startedAt: new Date(sentAt ?? now) } };
}

function conversationOf(message: Loose, id: string, now: Date): VapiTurn[] {
  const told = loose(message.artifact).messages ?? message.messages;
  const startedMs = time.safeParse(message.startedAt).data ?? now.getTime();
  const prefix = sha256(id).slice(0, 16);
  return (Array.isArray(told) ? told : [])
    .flatMap((one) => spoken.safeParse(one).data ?? [])
    .slice(0, MAX_TURNS)
    .map(({ role, message: content, time: at, secondsFromStart = 0 }, index) => ({
      itemId: `told_${prefix}_${index}`,
      role: role === "user" ? "user" : "assistant",
      content,
      startedAt: new Date(at ?? startedMs + secondsFromStart * 1_000),
    }));
}

function loose(value: unknown): Loose {
  return typeof value === "object" && value !== null ? (value as Loose) : {};
}
