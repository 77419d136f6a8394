import { type Alignment, align } from "./align";
import { CHANNELS, type Conversation, type ConversationTurn, type Speaker, spokenText } from "./conversation";
import { heardOf } from "./heard";
import { toHundredths } from "./hundredths";
import { type SentencePart, sentenceParts } from "./sentenceParts";
import type { RelayTurn, TwilioSentence } from "./sources";
import { INAUDIBLE, timedSentence, timedTurn, type Utterance } from "./timedWords";
import { reconciled, type TimedTurn, timeOfTurn } from "./turnTimes";
import { countWords, saysTheSame } from "./words";

export interface ConversationSources {
  turns: readonly RelayTurn[];
  /** When the relay's seconds begin: with the session. */
  startedAt: Date;
  /** As `readSentences` gives them; none where there is no transcript of Twilio's. */
  sentences?: readonly TwilioSentence[];
  /** The assistant's channel in the recording, where it is known; else it is found out. */
  agentChannel?: number;
  /** What the speakers are called. */
  names?: { customer?: string; agent?: string };
}

type Draft = TimedTurn & {
  turn: Omit<ConversationTurn, "sequence" | "start_time" | "end_time" | "duration" | "is_estimated">;
};

/**
 * One conversation out of what the relay recorded and what Twilio transcribed: every turn of the relay's, at the times of
 * the recording where it has them, and every sentence that only Twilio has. The relay's words stand; where Twilio's differ
 * they are kept beside them, and they stand in where the relay understood nothing. Each source alone is enough. Pure.
 */
export function buildConversation({ startedAt, names = {}, ...sources }: ConversationSources): Conversation {
  const turns = [...sources.turns].sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  const sentences = [...(sources.sentences ?? [])].sort((a, b) => a.start - b.start);
  const said = turns.map((turn) => timedTurn(turn, startedAt));
  const recorded = sentences.map(timedSentence);
  const alignment = align(said, recorded, sources.agentChannel);
  const parts = sentenceParts(alignment.links, sentences, recorded);
  const speakers = speakersNamed(names);
  const known = turns.map((turn, index) =>
    knownTurn(turn, said[index] as Utterance, parts.get(index) ?? [], alignment, speakers),
  );
  const linked = new Set(alignment.links.map(({ sentence }) => sentence));
  const others = sentences
    .filter((_, index) => !linked.has(index))
    .map((sentence) => onlyRecorded(sentence, alignment, speakers));
  const hasRecording = sentences.length > 0;
  return {
    speakers: [speakers.user, speakers.assistant],
    turns: inOrder(reconciled(byStart([...known, ...others]))),
    timeline: {
      zero: hasRecording ? "recording" : "session",
      offset_seconds: toHundredths(alignment.clock.offset),
      drift: alignment.clock.drift,
    },
  };
}

type Speakers = Record<RelayTurn["role"], Speaker>;

function speakersNamed({
  customer = "Customer",
  agent = "AI Agent",
}: {
  customer?: string;
  agent?: string;
}): Speakers {
  return {
    user: { channel: CHANNELS.customer, role: "customer", name: customer },
    assistant: { channel: CHANNELS.agent, role: "agent", name: agent },
  };
}

function knownTurn(
  turn: RelayTurn,
  said: Utterance,
  parts: readonly SentencePart[],
  { clock }: Alignment,
  speakers: Speakers,
): Draft {
  const isUnderstood = turn.content !== INAUDIBLE;
  const theirs = parts.map(({ text }) => text).join(" ");
  const text = isUnderstood || theirs === "" ? turn.content : theirs;
  const heard = turn.role === "assistant" ? heardOf(turn, parts.at(-1)?.link.turnWords.last) : undefined;
  const spoken = spokenText({ text, heard });
  const stated = meanConfidence(parts);
  const differs = parts.length > 0 && isUnderstood && !saysTheSame(spoken, theirs);
  return {
    time: timeOfTurn(said, parts, clock, (turn.heardMs ?? Number.POSITIVE_INFINITY) / 1_000),
    isAssistant: turn.role === "assistant",
    hasKnownEnd: turn.heardMs !== undefined,
    turn: {
      speaker: speakers[turn.role],
      text,
      ...confidenceOf(turn, stated),
      word_count: text === INAUDIBLE ? 0 : countWords(spoken),
      sources: parts.length > 0 ? ["relay", "twilio"] : ["relay"],
      ...(heard ? { heard } : {}),
      alternatives: differs ? [{ source: "twilio", text: theirs, confidence: stated }] : [],
    },
  };
}

function onlyRecorded(sentence: TwilioSentence, { channels }: Alignment, speakers: Speakers): Draft {
  const role = channels.roleOn(sentence.channel);
  return {
    time: { start: sentence.start, end: sentence.end, isEstimated: false },
    isAssistant: role === "assistant",
    hasKnownEnd: true,
    turn: {
      speaker: speakers[role],
      text: sentence.text,
      confidence: sentence.confidence ?? 0,
      confidence_source: sentence.confidence === null ? "none" : "transcription",
      word_count: countWords(sentence.text),
      sources: ["twilio"],
      alternatives: [],
    },
  };
}

function confidenceOf(
  turn: RelayTurn,
  stated: number | null,
): Pick<ConversationTurn, "confidence" | "confidence_source"> {
  const transcribed = stated ?? turn.confidence;
  if (transcribed !== undefined) return { confidence: transcribed, confidence_source: "transcription" };
  if (turn.role === "assistant") return { confidence: 1, confidence_source: "own_words" };
  return { confidence: 0, confidence_source: "none" };
}

/** By how many letters each has; null where none has any. */
function meanConfidence(parts: readonly SentencePart[]): number | null {
  const stated = parts.flatMap(({ text, confidence }) => (confidence === null ? [] : [{ text, confidence }]));
  const letters = stated.reduce((sum, { text }) => sum + text.length, 0);
  if (letters === 0) return null;
  return toHundredths(
    stated.reduce((sum, { text, confidence }) => sum + confidence * text.length, 0) / letters,
  );
}

function byStart(drafts: Draft[]): Draft[] {
  return drafts.sort((a, b) => a.time.start - b.time.start);
}

function inOrder(drafts: Draft[]): ConversationTurn[] {
  return byStart(drafts).map(({ time, turn }, index) => {
    const start = toHundredths(time.start);
    const end = Math.max(start, toHundredths(time.end));
    const { speaker, text, ...rest } = turn;
    const times = {
      start_time: start,
      end_time: end,
      duration: toHundredths(end - start),
      is_estimated: time.isEstimated,
    };
    return { sequence: index + 1, speaker, text, ...times, ...rest };
  });
}
