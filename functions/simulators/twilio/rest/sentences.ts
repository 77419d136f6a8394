import { type Sentence, spreadWords, type Word } from "../intelligence/sentence.js";
import type { Answer, RestRequest } from "./endpoint.js";
import { flagOf } from "./form.js";
import { metaPageOf } from "./paging.js";
import { INTELLIGENCE_ORIGIN } from "./transcriptResource.js";
import { transcriptOf } from "./transcripts.js";

const PAGE_SIZE_MAX = 5_000;

/** How sentences are to be shown. */
interface Shape {
  redacted: boolean;
  wordTimestamps: boolean;
  decimals: "string" | "number";
}

/**
 * None before the transcript is completed.
 * https://www.twilio.com/docs/conversation-intelligence-classic/api/transcript-sentence-subresource
 */
export function listSentences(request: RestRequest): Answer {
  const { query, path } = request;
  const { sentences, input } = transcriptOf(request);
  const shape = {
    redacted: !query.has("Redacted") || flagOf(query, "Redacted"),
    wordTimestamps: flagOf(query, "WordTimestamps"),
    decimals: input.script.decimals,
  };
  const shown = sentences.map((sentence, index) => sentenceResource(sentence, index, shape));
  const place = { origin: INTELLIGENCE_ORIGIN, path, query, maxSize: PAGE_SIZE_MAX };
  return { status: 200, body: metaPageOf("sentences", shown, place) };
}

/** Language operators are not simulated: none has a result. */
export function listOperatorResults(request: RestRequest): Answer {
  const { query, path } = request;
  transcriptOf(request);
  return {
    status: 200,
    body: metaPageOf("operator_results", [], { origin: INTELLIGENCE_ORIGIN, path, query }),
  };
}

function sentenceResource(sentence: Sentence, index: number, shape: Shape) {
  const { sid, channel, start, end, confidence } = sentence;
  const { text, words } = shape.redacted ? redacted(sentence) : sentence;
  const decimal = (value: number | null) => decimalOf(value, shape.decimals);
  return {
    media_channel: channel,
    sentence_index: index,
    start_time: decimal(start),
    end_time: decimal(end),
    transcript: text,
    sid,
    confidence: decimal(confidence),
    words: shape.wordTimestamps
      ? (words?.map((one) => ({
          word: one.word,
          start_time: decimal(one.start),
          end_time: decimal(one.end),
        })) ?? null)
      : null,
  };
}

function redacted({ text, words, redactedText, start, end }: Sentence): {
  text: string;
  words: Word[] | null;
} {
  if (redactedText === undefined) return { text, words };
  return { text: redactedText, words: words && spreadWords(redactedText, start, end) };
}

/** To the millisecond. */
function decimalOf(value: number | null, as: "string" | "number"): string | number | null {
  if (value === null) return null;
  const rounded = Math.round(value * 1_000) / 1_000;
  return as === "number" ? rounded : String(rounded);
}
