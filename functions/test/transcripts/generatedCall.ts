import type { RelayTurn, TwilioSentence } from "../../src/transcripts/sources";
import { Randomness } from "./randomness";
import { SpokenWords } from "./spokenWords";

/** How a call and Twilio's transcript of it differ. Shares are of sentences or words, 0 to 1. */
export interface CallOptions {
  turns: number;
  seed: number;
  dropped?: number;
  merged?: number;
  split?: number;
  misheard?: number;
  /** Turns that the relay did not record. */
  unrecorded?: number;
  /** Turns that are nothing but a `yes` or the like; 0.4 of the user's and 0.15 of the assistant's where absent. */
  short?: number;
  /** Seconds by which the recording's clock is behind at its beginning; chance within ±3 where absent. */
  shift?: number;
  /** Seconds that it gains or loses until the end; chance within ±3 where absent. */
  drift?: number;
}

export interface GeneratedCall {
  turns: RelayTurn[];
  /** When the relay's clock begins. */
  startedAt: Date;
  sentences: TwilioSentence[];
  /** For each turn, the places in `sentences` of those that hold words of it; none where nothing of it was transcribed. */
  truth: number[][];
  agentChannel: number;
}

/** Words that were spoken without a pause between sentences. */
interface Piece {
  /** Undefined where the relay did not record it. */
  turns: Set<number>;
  role: RelayTurn["role"];
  start: number;
  end: number;
  text: string;
}

const STARTED_AT = new Date("2026-11-20T12:00:00.000Z");

/** A made-up call: what was said, what the relay recorded of it, and what Twilio made of it. The same seed, the same call. */
export function generatedCall(options: CallOptions): GeneratedCall {
  const random = new Randomness(options.seed);
  const words = new SpokenWords(random);
  const { turns, pieces, duration } = spoken(options, random, words);
  const sentences = transcribed(pieces, options, random, words);
  const agentChannel = random.integer(1, 2);
  const shift = options.shift ?? random.between(-3, 3);
  const drift = (options.drift ?? random.between(-3, 3)) / duration;
  const recorded = (seconds: number) =>
    Math.max(0, seconds + shift + drift * seconds + random.between(-0.15, 0.15));
  const heard = sentences
    .map((piece) => {
      const start = recorded(piece.start);
      return { piece, start, end: Math.max(start + 0.1, recorded(piece.end)) };
    })
    .sort((a, b) => a.start - b.start);
  return {
    turns,
    startedAt: STARTED_AT,
    agentChannel,
    sentences: heard.map(({ piece, start, end }) => ({
      channel: piece.role === "assistant" ? agentChannel : 3 - agentChannel,
      start: rounded(start),
      end: rounded(end),
      text: piece.text,
      confidence: rounded(random.between(0.7, 0.99)),
      wordStarts: [],
    })),
    truth: turns.map((_, turn) =>
      heard.flatMap(({ piece }, index) => (piece.turns.has(turn) ? [index] : [])),
    ),
  };
}

function spoken(
  { turns: count, unrecorded = 0, short }: CallOptions,
  random: Randomness,
  words: SpokenWords,
) {
  const turns: RelayTurn[] = [];
  const pieces: Piece[] = [];
  let clock = random.between(0.3, 4);
  let role: RelayTurn["role"] = "assistant";
  while (turns.length < count) {
    const turn = speak(role, clock, short ?? (role === "user" ? 0.4 : 0.15), random, words);
    const isRecorded = !random.chance(unrecorded);
    if (isRecorded) turns.push(turn.recorded);
    const index = turns.length - 1;
    pieces.push(...turn.pieces.map((one) => ({ ...one, turns: new Set(isRecorded ? [index] : []) })));
    clock = Math.max(clock + 0.2, turn.end + random.between(-0.4, 2));
    if (random.chance(0.88)) role = role === "user" ? "assistant" : "user";
  }
  return { turns, pieces, duration: clock };
}

/** One turn: what was to be heard of it, and what the relay recorded. */
function speak(
  role: RelayTurn["role"],
  start: number,
  short: number,
  random: Randomness,
  words: SpokenWords,
) {
  const sentences = random.chance(short)
    ? [words.short()]
    : [
        ...(random.chance(0.3) ? [words.short()] : []),
        ...Array.from({ length: random.integer(1, 3) }, () => words.sentence()),
      ];
  const wordsPerSecond = random.between(2.1, 3.4);
  const isCut = role === "assistant" && random.chance(0.08);
  let clock = start;
  const timed = sentences.flatMap((text) => {
    const begun = clock;
    const said = text.split(" ").map((word, n) => ({ word, at: begun + n / wordsPerSecond }));
    clock = begun + said.length / wordsPerSecond;
    const end = clock;
    clock += random.between(0.15, 0.6);
    return [{ said, end }];
  });
  const end = isCut ? start + (clock - start) * (random.chance(0.2) ? 0 : random.next()) : clock;
  const pieces = timed.flatMap(({ said, end: whole }) => {
    const heard = said.filter(({ at }) => at + 0.15 < end);
    const first = heard[0];
    if (!first) return [];
    return [
      { role, start: first.at, end: Math.min(whole, end), text: heard.map(({ word }) => word).join(" ") },
    ];
  });
  // The model begins to say something before it is heard; the first sound of a person is told late or early.
  const noticed = role === "assistant" ? start - random.between(0.1, 1) : start + random.between(-0.3, 0.3);
  const recorded: RelayTurn = {
    role,
    content: sentences.join(" "),
    startedAt: new Date(STARTED_AT.getTime() + Math.round(noticed * 1_000)),
    interrupted: isCut,
    ...(isCut ? { heardMs: Math.round((end - start) * 1_000) } : {}),
  };
  return { recorded, pieces, end };
}

/** What Twilio makes of what was said. */
function transcribed(
  pieces: Piece[],
  { dropped = 0.05, merged = 0.05, split = 0.05, misheard = 0.15 }: CallOptions,
  random: Randomness,
  words: SpokenWords,
): Piece[] {
  const kept = pieces.filter(() => !random.chance(dropped));
  const joined: Piece[] = [];
  for (const piece of kept) {
    const before = joined.findLast(({ role }) => role === piece.role);
    if (before && random.chance(merged)) {
      before.text = `${before.text} ${piece.text}`;
      before.end = piece.end;
      for (const turn of piece.turns) before.turns.add(turn);
    } else joined.push({ ...piece, turns: new Set(piece.turns) });
  }
  return joined
    .flatMap((piece) => (random.chance(split) && piece.turns.size === 1 ? halves(piece, random) : [piece]))
    .map((piece) => ({
      ...piece,
      text: piece.text
        .split(" ")
        .map((word) => (random.chance(misheard) ? words.misheard(word) : word))
        .filter((word) => word !== "")
        .join(" "),
    }))
    .filter(({ text }) => text !== "");
}

function halves(piece: Piece, random: Randomness): Piece[] {
  const words = piece.text.split(" ");
  if (words.length < 3) return [piece];
  const at = random.integer(1, words.length - 1);
  const middle = piece.start + ((piece.end - piece.start) * at) / words.length;
  return [
    { ...piece, end: middle, text: words.slice(0, at).join(" ") },
    { ...piece, start: middle + 0.05, text: words.slice(at).join(" ") },
  ];
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
