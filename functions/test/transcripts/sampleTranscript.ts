import fc from "fast-check";
import { buildConversation } from "../../src/transcripts/buildConversation";
import { type EnhancedTranscript, enhance } from "../../src/transcripts/enhancedTranscript";
import type { RelayTurn, TwilioSentence } from "../../src/transcripts/sources";
import { HUGE, hostileText } from "./hostileTexts";

export const STARTED_AT = new Date("2026-11-20T12:00:00.000Z");

/** A turn that began so many seconds into a call. */
export function turnAt(
  seconds: number,
  role: RelayTurn["role"],
  content: string,
  more: Partial<RelayTurn> = {},
): RelayTurn {
  const startedAt = new Date(STARTED_AT.getTime() + seconds * 1_000);
  return { role, content, startedAt, interrupted: false, ...more };
}

/** A sentence of the recording: on channel 1 the person on the phone, on 2 the assistant. */
export function sentenceAt(
  start: number,
  end: number,
  channel: 1 | 2,
  text: string,
  confidence: number | null = 0.9,
): TwilioSentence {
  return { channel, start, end, text, confidence, wordStarts: [] };
}

interface Said {
  turns?: RelayTurn[];
  sentences?: TwilioSentence[];
  names?: { customer?: string; agent?: string };
  duration?: number;
}

/** The enhanced transcript of a call in which that was said. */
export function transcriptOf({ turns = [], sentences = [], names = {}, duration }: Said): EnhancedTranscript {
  return enhance(buildConversation({ turns, sentences, names, startedAt: STARTED_AT }), {
    transcript_sid: "GT0123456789abcdef0123456789abcdef",
    call_date: STARTED_AT.toISOString(),
    call_direction: "outbound",
    scenario_name: "sales",
    ...(duration === undefined ? {} : { duration }),
  });
}

const heardMs = fc.option(fc.nat(8_000));
const turn = fc
  .record({
    role: fc.constantFrom("user" as const, "assistant" as const),
    content: fc.oneof({ weight: 40, arbitrary: hostileText }, { weight: 1, arbitrary: fc.constant(HUGE) }),
    at: fc.nat(200_000),
    isCut: fc.boolean(),
    heardMs,
  })
  .map(({ role, content, at, isCut, heardMs: ms }) => {
    const interrupted = role === "assistant" && isCut;
    return turnAt(at / 1_000, role, content, {
      interrupted,
      ...(interrupted && ms !== null ? { heardMs: ms } : {}),
    });
  });
const sentence = fc
  .record({
    channel: fc.constantFrom(1 as const, 2 as const),
    text: hostileText,
    at: fc.nat(200_000),
    length: fc.nat(9_000),
    confidence: fc.option(fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100)),
  })
  .filter(({ text }) => text.trim() !== "")
  .map(({ channel, text, at, length, confidence }) =>
    sentenceAt(at / 1_000, (at + length) / 1_000, channel, text, confidence),
  );

/** Calls in which anything was said, by anyone, at any time. */
export const anyCall = fc.record({
  turns: fc.array(turn, { maxLength: 15 }),
  sentences: fc.array(sentence, { maxLength: 15 }),
  names: fc.record({ customer: hostileText, agent: hostileText }),
});
