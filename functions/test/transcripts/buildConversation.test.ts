import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { buildConversation } from "../../src/transcripts/buildConversation";
import { type Conversation, conversation, spokenText } from "../../src/transcripts/conversation";
import type { RelayTurn, TwilioSentence } from "../../src/transcripts/sources";
import { tokensOf } from "../../src/transcripts/words";
import { generatedCall } from "./generatedCall";
import { anyCall, STARTED_AT, sentenceAt, turnAt } from "./sampleTranscript";

function built(turns: RelayTurn[], sentences: TwilioSentence[] = []): Conversation {
  return conversation.parse(buildConversation({ turns, sentences, startedAt: STARTED_AT }));
}

const brief = ({ turns }: Conversation) =>
  turns.map((one) => `${one.start_time}-${one.end_time} ${one.speaker.role}: ${one.text}`);

describe("A conversation", () => {
  const TURNS = [
    turnAt(1, "assistant", "Hello, this is Alex. How may I help you?"),
    turnAt(6, "user", "I would like to move my appointment."),
    turnAt(9, "assistant", "Of course. When would suit you?"),
  ];
  const SENTENCES = [
    sentenceAt(0.5, 1.2, 2, "Hello this is Alex.", 0.99),
    sentenceAt(1.3, 3.1, 2, "How may I help you?", 0.95),
    sentenceAt(5, 7.4, 1, "I would like to prove my appointment.", 0.8),
    sentenceAt(8.6, 10.4, 2, "Of course when would suit you?", 0.97),
  ];

  it("is complete from the relay's turns alone, their ends judged by their length", () => {
    const { turns, timeline } = built(TURNS);
    assert.deepEqual(
      turns.map(({ text, start_time, is_estimated }) => ({ text, start_time, is_estimated })),
      TURNS.map(({ content }, n) => ({ text: content, start_time: [1, 6, 9][n], is_estimated: true })),
    );
    for (const { duration, sources } of turns) {
      assert.ok(duration > 1 && duration < 5, String(duration));
      assert.deepEqual(sources, ["relay"]);
    }
    assert.deepEqual(timeline, { zero: "session", offset_seconds: 0, drift: 0 });
  });

  it("is complete from Twilio's sentences alone, each a turn", () => {
    const { turns, timeline } = built([], SENTENCES);
    assert.deepEqual(
      turns.map(({ text, start_time, end_time, confidence }) => ({ text, start_time, end_time, confidence })),
      SENTENCES.map(({ text, start, end, confidence }) => ({
        text,
        start_time: start,
        end_time: end,
        confidence,
      })),
    );
    assert.deepEqual(
      turns.map(({ speaker }) => speaker.channel),
      [1, 1, 0, 1],
      "the customer is 0, whatever the recording calls its channels",
    );
    assert.equal(timeline.zero, "recording");
  });

  it("is nothing where nothing was said, and both speakers are known", () => {
    const { turns, speakers } = built([]);
    assert.deepEqual(turns, []);
    assert.deepEqual(speakers, [
      { channel: 0, role: "customer", name: "Customer" },
      { channel: 1, role: "agent", name: "AI Agent" },
    ]);
  });

  it("has the relay's words at the recording's times, and keeps what Twilio heard instead", () => {
    const { turns } = built(TURNS, SENTENCES);
    assert.deepEqual(brief({ turns } as Conversation), [
      "0.5-3.1 agent: Hello, this is Alex. How may I help you?",
      "5-7.4 customer: I would like to move my appointment.",
      "8.6-10.4 agent: Of course. When would suit you?",
    ]);
    assert.deepEqual(
      turns.map(({ sources, is_estimated }) => [...sources, is_estimated]),
      TURNS.map(() => ["relay", "twilio", false]),
    );
    assert.deepEqual(
      turns.map(({ alternatives }) => alternatives),
      [[], [{ source: "twilio", text: "I would like to prove my appointment.", confidence: 0.8 }], []],
      "punctuation is no disagreement",
    );
  });

  it("says how sure the words are: by the transcriptions, each by its length; else the assistant's own are", () => {
    const [first] = built(TURNS, SENTENCES).turns;
    assert.deepEqual([first?.confidence, first?.confidence_source], [0.97, "transcription"]);
    const alone = built([...TURNS, turnAt(20, "user", "Bye.", { confidence: 0.7 })]).turns;
    assert.deepEqual(
      alone.map(({ confidence, confidence_source }) => [confidence, confidence_source]),
      [
        [1, "own_words"],
        [0, "none"],
        [1, "own_words"],
        [0.7, "transcription"],
      ],
    );
  });

  it("has Twilio's words where the relay understood nothing", () => {
    const turns = [...TURNS, turnAt(15, "user", "[inaudible]")];
    const heard = built(turns, [...SENTENCES, sentenceAt(14.2, 15.1, 1, "Friday morning.", 0.4)]).turns.at(
      -1,
    );
    assert.deepEqual(
      [heard?.text, heard?.sources, heard?.word_count, heard?.alternatives],
      ["Friday morning.", ["relay", "twilio"], 2, []],
    );
    const unheard = built(turns, SENTENCES).turns.at(-1);
    assert.deepEqual([unheard?.text, unheard?.word_count], ["[inaudible]", 0]);
  });

  it("has what only the recording has, in its place", () => {
    const missing = sentenceAt(7.6, 8.2, 1, "If that is possible.");
    const { turns } = built(TURNS, [...SENTENCES, missing]);
    assert.deepEqual(
      turns.map(({ sources }) => sources.join("+")),
      ["relay+twilio", "relay+twilio", "twilio", "relay+twilio"],
    );
    assert.equal(turns[2]?.text, "If that is possible.");
  });

  it("gives each turn its part of a sentence that was run together out of two", () => {
    const together = [
      ...SENTENCES.slice(0, 2),
      sentenceAt(5, 14, 1, "I would like to prove my appointment. Tuesday would be fine."),
    ];
    const { turns } = built([...TURNS, turnAt(13, "user", "Tuesday would be nice.")], together);
    const [first, second] = turns.filter(({ speaker }) => speaker.role === "customer");
    assert.deepEqual(
      [first?.alternatives[0]?.text, second?.alternatives[0]?.text],
      ["I would like to prove my appointment.", "Tuesday would be fine."],
    );
    assert.ok(
      first && second && first.end_time < 9 && second.start_time > 11,
      JSON.stringify([first, second]),
    );
  });

  it("is Chinese as well as English", () => {
    const { turns } = built(
      [turnAt(1, "assistant", "您好，请问您想预约什么时间？"), turnAt(6, "user", "我想预约星期五上午十点。")],
      [
        sentenceAt(0.6, 3.5, 2, "您好请问您想预约什么时间"),
        sentenceAt(5.5, 8.2, 1, "我想预约星期五上午四点"),
      ],
    );
    assert.deepEqual(
      turns.map(({ sources, alternatives }) => [sources.length, alternatives.length]),
      [
        [2, 0],
        [2, 1],
      ],
    );
    assert.equal(turns[0]?.word_count, 7);
  });

  it("is found in a recording whose clock is far off", () => {
    const { timeline } = built(
      TURNS,
      SENTENCES.map((one) => ({ ...one, start: one.start + 60, end: one.end + 60 })),
    );
    assert.ok(Math.abs(timeline.offset_seconds - 59.5) < 1, String(timeline.offset_seconds));
  });

  it("has every turn of the relay once and loses no word of the recording, whatever was said and when", () => {
    const property = fc.property(anyCall, ({ turns, sentences }) => {
      const result = built(turns, sentences);
      const ofRelay = result.turns.filter(({ sources }) => sources.includes("relay"));
      const texts = (all: string[]) => all.toSorted();
      assert.deepEqual(
        texts(ofRelay.map(({ text, speaker }) => `${speaker.role} ${text}`)),
        texts(turns.map(({ content, role }) => `${role === "user" ? "customer" : "agent"} ${content}`)),
      );
      const recorded = result.turns
        .filter(({ sources }) => sources.includes("twilio"))
        .map((one) => one.alternatives[0]?.text ?? spokenText(one));
      const words = (all: string[]) => texts(all.flatMap((text) => tokensOf(text).map(({ word }) => word)));
      assert.deepEqual(words(recorded), words(sentences.map(({ text }) => text)));
    });
    fc.assert(property, { numRuns: 200, seed: 7 });
  });

  it("is in the order of time, and no turn ends before it begins", () => {
    const property = fc.property(anyCall, ({ turns, sentences }) => {
      let before = 0;
      for (const [n, one] of built(turns, sentences).turns.entries()) {
        assert.equal(one.sequence, n + 1);
        assert.ok(one.start_time >= before && one.end_time >= one.start_time, JSON.stringify(one));
        assert.ok(Math.abs(one.end_time - one.start_time - one.duration) < 0.011);
        before = one.start_time;
      }
    });
    fc.assert(property, { numRuns: 200, seed: 8 });
  });

  it("puts turns at the times at which they were said: within half a second, in nine of ten", () => {
    const call = generatedCall({ turns: 500, seed: 9 });
    const { turns } = buildConversation(call);
    const near = call.truth.filter((sentences, n) => {
      const start = Math.min(...sentences.map((at) => call.sentences[at]?.start ?? 0));
      const found = turns.filter(({ sources }) => sources.includes("relay"))[n];
      return sentences.length === 0 || Math.abs((found?.start_time ?? 0) - start) < 0.5;
    });
    assert.ok(near.length > 0.9 * call.turns.length, String(near.length));
  });
});

describe("What the assistant said and nobody heard", () => {
  const LONG = "The delivery comes on Thursday between nine and twelve, and the driver will call you before.";
  const only = (more: Partial<RelayTurn>, sentences: TwilioSentence[] = []) =>
    built([turnAt(1, "assistant", LONG, more)], sentences).turns[0];

  it("is none where it was not interrupted", () => {
    assert.deepEqual(only({})?.heard, { state: "heard" });
    assert.equal(built([turnAt(1, "user", LONG)]).turns[0]?.heard, undefined, "nobody asks that of a person");
  });

  it("begins at the word at which it was cut off, as far as time tells", () => {
    const turn = only({ interrupted: true, heardMs: 2_500 });
    assert.equal(turn?.heard?.state, "cut_off");
    assert.ok(turn && turn.heard?.state === "cut_off");
    assert.deepEqual([turn.heard.seconds, turn.heard.text], [2.5, "The delivery comes on Thursday"]);
    assert.equal(turn.text.slice(0, turn.heard.characters), turn.heard.text);
    assert.deepEqual([turn.text, turn.duration, turn.word_count], [LONG, 2.5, 5]);
  });

  it("begins where the recording ends, where there is one", () => {
    const turn = only({ interrupted: true, heardMs: 2_500 }, [
      sentenceAt(0.8, 3.2, 2, "The delivery comes on Thursday between nine and"),
      sentenceAt(4, 5, 1, "No, not on Thursday."),
    ]);
    assert.equal(turn && spokenText(turn), "The delivery comes on Thursday between nine and");
    assert.deepEqual(turn?.alternatives, []);
  });

  it("is all of it where none was played", () => {
    const turn = only({ interrupted: true, heardMs: 0 });
    assert.deepEqual([turn?.heard, turn?.duration, turn?.word_count], [{ state: "never_played" }, 0, 0]);
    assert.equal(turn?.text, LONG);
  });

  it("is not known where nobody knows when it was cut off", () => {
    const { heard } = only({ interrupted: true }) ?? {};
    assert.deepEqual(heard, { state: "cut_off", seconds: null, characters: LONG.length, text: LONG });
  });

  it("is nothing where it was cut off behind its last word", () => {
    const { heard } = only({ interrupted: true, heardMs: 60_000 }) ?? {};
    assert.ok(heard?.state === "cut_off");
    assert.equal(heard.text, LONG);
  });
});

describe("Turns whose times are judged", () => {
  it("end at the latest when the other begins to speak", () => {
    const long = "word ".repeat(60);
    const [first] = built([turnAt(0, "assistant", long), turnAt(4, "user", "Yes.")]).turns;
    assert.equal(first?.end_time, 4);
  });

  it("are said one after another by the assistant, though the model gives them at once", () => {
    const [first, second] = built([
      turnAt(0, "assistant", "Let me look that up for you."),
      turnAt(0.4, "assistant", "There it is."),
    ]).turns;
    assert.equal(second?.start_time, first?.end_time);
  });

  it("are those of a cut-off turn that ended when it was cut off, though the other had begun before", () => {
    const cut = { interrupted: true, heardMs: 3_000 };
    const [first] = built([
      turnAt(0, "assistant", "word ".repeat(60), cut),
      turnAt(2.8, "user", "No."),
    ]).turns;
    assert.equal(first?.end_time, 3);
  });
});
