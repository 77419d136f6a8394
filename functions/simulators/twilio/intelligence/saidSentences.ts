import type { Call } from "../call/call.js";
import { newSentence, type Sentence, spread } from "./sentence.js";

const CONFIDENCE = 0.95;
const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });

/** Words that are known to have been said, and when, in ms since the call was answered. */
interface Spoken {
  channel: 1 | 2;
  text: string;
  fromMs: number;
  toMs: number;
}

/**
 * What was said in a recorded call, as far as its scripts tell: the caller's steps with a text, and `<Say>`. What the
 * application's own sound says is not known.
 */
export function saidSentences(call: Call, channels: 1 | 2): Sentence[] {
  const { answeredAt = call.createdAt, endedAt = answeredAt } = call;
  const lengthMs = endedAt - answeredAt;
  return [...byCaller(call, answeredAt), ...byTwiml(call, answeredAt)]
    .filter(({ fromMs }) => fromMs < lengthMs)
    .flatMap((spoken) => sentencesOf({ ...spoken, toMs: Math.min(spoken.toMs, lengthMs) }))
    .map((sentence) => (channels === 1 ? { ...sentence, channel: 1 } : sentence))
    .sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
}

function byCaller(call: Call, answeredAt: number): Spoken[] {
  return call.streams.flatMap(({ log, startedAt = answeredAt }) =>
    log.spoken.map(({ text, fromMs, toMs }) => {
      const sinceMs = startedAt - answeredAt;
      return { channel: 1 as const, text, fromMs: sinceMs + fromMs, toMs: sinceMs + toMs };
    }),
  );
}

function byTwiml(call: Call, answeredAt: number): Spoken[] {
  return call.verbs
    .filter(({ verb, text }) => verb === "Say" && text.trim() !== "")
    .map(({ text, at }) => {
      const fromMs = at - answeredAt;
      return { channel: 2 as const, text, fromMs, toMs: fromMs + call.script.sayMs };
    });
}

function sentencesOf({ channel, text, fromMs, toMs }: Spoken): Sentence[] {
  const parts = Array.from(SENTENCES.segment(text), ({ segment }) => segment.trim()).filter(Boolean);
  return spread(parts, fromMs / 1_000, toMs / 1_000).map(({ part, start, end }) =>
    newSentence({ channel, start, end, text: part, confidence: CONFIDENCE }),
  );
}
