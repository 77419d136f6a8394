import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { enhancedTranscript, listed, listedTranscript } from "../../src/transcripts/enhancedTranscript";
import { formatDuration } from "../../src/transcripts/summary";
import { anyCall, sentenceAt, transcriptOf, turnAt } from "./sampleTranscript";

// What a client of these endpoints has been written for: every field that it reads, with a value of its kind.
const DETAIL = {
  transcript_sid: "GT1234567890abcdef",
  call_date: "2024-01-15T10:30:00Z",
  duration: 180,
  call_direction: "outbound",
  scenario_name: "sales",
  full_text: "Hello, this is Mike Thompson calling about...",
  participant_info: {
    "0": {
      channel: 0,
      role: "customer",
      name: "Customer",
      total_speaking_time: 90,
      word_count: 150,
      sentence_count: 12,
    },
    "1": {
      channel: 1,
      role: "agent",
      name: "AI Agent",
      total_speaking_time: 90,
      word_count: 200,
      sentence_count: 15,
    },
  },
  conversation_flow: [
    {
      sequence: 1,
      speaker: { channel: 1, role: "agent", name: "AI Agent" },
      text: "Hello, this is Mike Thompson calling about...",
      start_time: 0.5,
      end_time: 3.2,
      duration: 2.7,
      confidence: 0.95,
      word_count: 8,
    },
  ],
  summary_data: {
    total_duration_seconds: 180,
    total_sentences: 27,
    total_words: 350,
    participant_count: 2,
    average_confidence: 0.92,
  },
};
const LISTED = {
  id: "1",
  transcript_sid: "GT1234567890abcdef",
  call_date: "2024-01-15T10:30:00Z",
  duration: 180,
  call_direction: "outbound",
  scenario_name: "sales",
  participant_count: 2,
  conversation_turns: 27,
  total_words: 350,
  summary: {
    duration_formatted: "3:00",
    participant_info: {
      "0": { role: "customer", name: "Customer" },
      "1": { role: "agent", name: "AI Agent" },
    },
  },
};

/** Fails where `given` lacks a field of `wanted`, or has one of another kind. */
function assertHas(given: unknown, wanted: unknown, path = "it"): void {
  assert.equal(typeof given, typeof wanted, path);
  assert.equal(Array.isArray(given), Array.isArray(wanted), path);
  if (typeof wanted !== "object" || wanted === null) return;
  for (const [key, value] of Object.entries(wanted)) {
    assertHas((given as Record<string, unknown>)[key], value, `${path}.${key}`);
  }
}

const CALL = {
  turns: [
    turnAt(0.5, "assistant", "Hello, this is Mike. I am calling about your order."),
    turnAt(4, "user", "Yes. It's late!"),
    turnAt(10, "assistant", "It will be there on Monday or", { interrupted: true, heardMs: 1_000 }),
    turnAt(12, "assistant", "Never said.", { interrupted: true, heardMs: 0 }),
  ],
  sentences: [
    sentenceAt(0.5, 3.5, 2, "Hello, this is Mike. I am calling about your order.", 0.9),
    sentenceAt(3, 5, 1, "Yes. It's late!", 0.8),
    sentenceAt(10, 11, 2, "It will be", 1),
  ],
};

describe("An enhanced transcript", () => {
  it("has every field that its readers know, in detail and in a list", () => {
    const transcript = transcriptOf({ ...CALL, duration: 20 });
    assertHas(enhancedTranscript.parse(transcript), DETAIL);
    assertHas(listedTranscript.parse(listed(transcript, "1")), LISTED);
    assertHas(enhancedTranscript.parse(transcriptOf({})), { ...DETAIL, conversation_flow: [] });
  });

  it("sums up what each has said and how long: what nobody heard does not count", () => {
    const { participant_info, summary_data } = transcriptOf({ ...CALL, duration: 20 });
    assert.deepEqual(participant_info, {
      "0": {
        channel: 0,
        role: "customer",
        name: "Customer",
        total_speaking_time: 2,
        word_count: 3,
        sentence_count: 2,
      },
      "1": {
        channel: 1,
        role: "agent",
        name: "AI Agent",
        total_speaking_time: 4,
        word_count: 13,
        sentence_count: 3,
      },
    });
    assert.deepEqual(summary_data, {
      total_duration_seconds: 20,
      total_sentences: 5,
      total_words: 16,
      participant_count: 2,
      average_confidence: 0.9,
      // 0 to 0.5, 5 to 10 and 11 to 20; both spoke from 3 to 3.5.
      total_silence_seconds: 14.5,
      longest_silence_seconds: 9,
      total_overlap_seconds: 0.5,
      cut_off_turns: 1,
      never_played_turns: 1,
    });
  });

  it("has all that was heard as one text, a turn a line", () => {
    const { full_text } = transcriptOf(CALL);
    assert.equal(
      full_text,
      "Hello, this is Mike. I am calling about your order.\nYes. It's late!\nIt will be",
    );
  });

  it("lasts as long as the call, or to the last word where that is not known", () => {
    assert.equal(transcriptOf({ ...CALL, duration: 180 }).duration_formatted, "3:00");
    assert.equal(transcriptOf({ turns: CALL.turns.slice(0, 1) }).duration, 4);
    assert.deepEqual(transcriptOf({}).summary_data.total_duration_seconds, 0);
  });

  it("writes durations as people do", () => {
    assert.deepEqual([0, 5.9, 59.999, 60, 180, 3_599, 3_600, 3_723, 360_000].map(formatDuration), [
      "0:00",
      "0:05",
      "0:59",
      "1:00",
      "3:00",
      "59:59",
      "1:00:00",
      "1:02:03",
      "100:00:00",
    ]);
  });

  it("is what its schema says and adds up, whatever was said", () => {
    const property = fc.property(anyCall, fc.option(fc.nat(300)), (call, duration) => {
      const transcript = transcriptOf({ ...call, ...(duration === null ? {} : { duration }) });
      assert.deepEqual(enhancedTranscript.parse(transcript), transcript);
      const { summary_data, participant_info, conversation_flow } = transcript;
      const people = Object.values(participant_info);
      const words = people.reduce((sum, { word_count }) => sum + word_count, 0);
      assert.equal(
        words,
        conversation_flow.reduce((sum, { word_count }) => sum + word_count, 0),
      );
      assert.equal(words, summary_data.total_words);
      for (const { total_speaking_time } of people) {
        assert.ok(total_speaking_time >= summary_data.total_overlap_seconds - 0.02);
      }
      assert.ok(summary_data.total_silence_seconds <= summary_data.total_duration_seconds);
      assert.ok(summary_data.longest_silence_seconds <= summary_data.total_silence_seconds);
    });
    fc.assert(property, { numRuns: 200, seed: 3 });
  });
});
