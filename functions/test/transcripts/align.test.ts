import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { align } from "../../src/transcripts/align";
import { timedSentence, timedTurn } from "../../src/transcripts/timedWords";
import { type CallOptions, type GeneratedCall, generatedCall } from "./generatedCall";
import { aligned, countRight, matchesByTime, matchesOf } from "./matching";

const SEEDS = [11, 12, 13, 14, 15];

/** The share of turns matched right in made-up calls of several seeds, together. */
function quality(options: Omit<CallOptions, "seed">, changed = (call: GeneratedCall) => call): number {
  let right = 0;
  let turns = 0;
  for (const seed of SEEDS) {
    const call = changed(generatedCall({ seed, ...options }));
    right += countRight(call, matchesOf(call, aligned(call)));
    turns += call.turns.length;
  }
  return right / turns;
}

describe("Turns and the sentences of a recording's transcript", () => {
  const LIKE_REAL = { dropped: 0.05, merged: 0.05, split: 0.05, misheard: 0.15 };

  for (const [what, options, least] of [
    ["in long calls", { turns: 1_000, ...LIKE_REAL }, 0.98],
    ["in calls of a minute or two", { turns: 20, ...LIKE_REAL }, 0.95],
    ["where nothing but yes, no and the like is said", { turns: 500, ...LIKE_REAL, short: 1 }, 0.98],
    ["where the recording begins much later", { turns: 300, ...LIKE_REAL, shift: -40 }, 0.98],
    ["where the recording begins much earlier", { turns: 300, ...LIKE_REAL, shift: 45 }, 0.98],
    ["where the clocks drift apart", { turns: 1_000, ...LIKE_REAL, drift: 8 }, 0.98],
    ["where the relay has missed some", { turns: 500, ...LIKE_REAL, unrecorded: 0.05 }, 0.98],
    ["where nothing went wrong", { turns: 500, dropped: 0, merged: 0, split: 0, misheard: 0 }, 0.999],
    [
      "where much went wrong",
      { turns: 500, dropped: 0.1, merged: 0.1, split: 0.1, misheard: 0.3, unrecorded: 0.05 },
      0.95,
    ],
  ] as const) {
    it(`belong together ${what}: ${least * 100} % of turns are matched right`, () => {
      const share = quality(options);
      assert.ok(share >= least, `${(share * 100).toFixed(2)} %`);
    });
  }

  it("belong together though both speakers are on one channel", () => {
    const mono = (call: GeneratedCall) => ({
      ...call,
      sentences: call.sentences.map((sentence) => ({ ...sentence, channel: 1 })),
    });
    const share = quality({ turns: 300, ...LIKE_REAL }, mono);
    assert.ok(share >= 0.95, `${(share * 100).toFixed(2)} %`);
  });

  it("are matched far better than by time alone", () => {
    const call = generatedCall({ turns: 1_000, seed: 3, shift: -3, drift: -3, ...LIKE_REAL });
    const byTime = countRight(call, matchesByTime(call)) / call.turns.length;
    assert.ok(byTime < 0.8, `${(byTime * 100).toFixed(2)} %`);
  });

  it("tell how the two clocks stand to each other", () => {
    const call = generatedCall({ turns: 500, seed: 4, shift: 31, drift: 2 });
    const { clock } = aligned(call);
    // The relay hears the assistant up to a second before anyone.
    assert.ok(Math.abs(clock.offset - 31) < 0.8, String(clock.offset));
    assert.ok(clock.drift > 0, String(clock.drift));
  });

  it("tell who is on which channel, however they are numbered", () => {
    for (const seed of SEEDS) {
      const call = generatedCall({ turns: 10, seed });
      const { channels } = aligned(call);
      assert.equal(channels.roleOn(call.agentChannel), "assistant");
      assert.equal(channels.roleOn(3 - call.agentChannel), "user");
    }
  });

  it("are aligned alike every time", () => {
    const call = generatedCall({ turns: 200, seed: 5 });
    const { links, clock } = aligned(call);
    const again = aligned(call);
    assert.deepEqual([again.links, again.clock], [links, clock]);
  });

  it("belong to one another each at most once, whatever the texts and times", () => {
    const text = fc.array(fc.constantFrom("yes", "okay", "the", "order", "我", "[inaudible]", "!"), {
      maxLength: 6,
    });
    const role = fc.constantFrom("user" as const, "assistant" as const);
    const turn = fc.record({ role, words: text, at: fc.nat(40_000), heardMs: fc.option(fc.nat(3_000)) });
    const sentence = fc.record({ channel: fc.nat(2), words: text, at: fc.nat(40), seconds: fc.nat(5) });
    const property = fc.property(
      fc.array(turn, { maxLength: 12 }),
      fc.array(sentence, { maxLength: 12 }),
      (a, b) => {
        const zero = new Date(0);
        const turns = a.map(({ words, at, heardMs, ...one }) =>
          timedTurn(
            {
              ...one,
              content: words.join(" "),
              startedAt: new Date(at),
              interrupted: heardMs !== null,
              ...(heardMs === null ? {} : { heardMs }),
            },
            zero,
          ),
        );
        const sentences = b
          .sort((x, y) => x.at - y.at)
          .map(({ channel, words, at, seconds }) =>
            timedSentence({
              channel,
              start: at,
              end: at + seconds,
              text: words.join(" "),
              confidence: null,
              wordStarts: [],
            }),
          );
        const { links } = align(turns, sentences);
        const keys = links.map(({ turn, sentence }) => `${turn} ${sentence}`);
        assert.equal(new Set(keys).size, keys.length);
        for (const { turn, sentence, sentenceWords } of links) {
          assert.ok(turns[turn] && sentences[sentence]);
          assert.ok(sentenceWords.last < sentences[sentence].tokens.length);
        }
      },
    );
    fc.assert(property, { numRuns: 300, seed: 6 });
  });

  it("take a moment, where there are 2,000 and more of either", () => {
    const call = generatedCall({ turns: 2_000, seed: 21, ...LIKE_REAL });
    assert.ok(call.sentences.length >= 2_000);
    const started = performance.now();
    const alignment = aligned(call);
    // The benchmark has the real limit; here others work on the same machine.
    assert.ok(performance.now() - started < 5_000);
    assert.ok(countRight(call, matchesOf(call, alignment)) >= 0.98 * call.turns.length);
  });

  it("take a bounded time, however long the texts are and however little their times say", () => {
    const text = "yes the order is okay ".repeat(5_000);
    const turn = { role: "user" as const, content: text, startedAt: new Date(0), interrupted: false };
    const said = timedTurn(turn, new Date(0));
    const started = performance.now();
    const links = [0, said.end, 100 * said.end].map((end) => {
      const sentence = { channel: 1, start: 0, end, text, confidence: null, wordStarts: [] };
      return align([said], [timedSentence(sentence)]).links;
    });
    assert.equal(links[1]?.[0]?.equal, said.tokens.length);
    assert.ok(performance.now() - started < 20_000);
  });
});
