/** A stretch of a stream, in ms since its start. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** What happened on a stream; times are ms since its start. */
export interface StreamLog {
  /** Frames of media sent to the application, and those withheld as lost. */
  sentFrames: number;
  lostFrames: number;
  receivedMessages: number;
  marks: MarkView[];
  clears: { atMs: number; playedBytes: number; clearedBytes: number; marks: number }[];
  digits: { digit: string; atMs: number }[];
  /** When the assistant was heard, and when the caller spoke. */
  heard: Span[];
  said: Span[];
  /** What the caller said, where the script tells. */
  spoken: (Span & { text: string })[];
}

/** A mark and where it stood among the bytes received; `echoedAtMs` is null while it waits. */
export interface MarkView {
  name: string;
  receivedAtMs: number;
  atByte: number;
  echoedAtMs: number | null;
  /** Bytes played when it was echoed. */
  playedBytes: number | null;
  cleared: boolean;
}

const MARKS_KEPT = 20_000;
const SPANS_KEPT = 5_000;

export function emptyStreamLog(): StreamLog {
  return {
    sentFrames: 0,
    lostFrames: 0,
    receivedMessages: 0,
    marks: [],
    clears: [],
    digits: [],
    heard: [],
    said: [],
    spoken: [],
  };
}

/** Notes a mark that was received, to be completed when it is echoed. */
export function logMark(
  log: StreamLog,
  { name, receivedAtMs, atByte }: Pick<MarkView, "name" | "receivedAtMs" | "atByte">,
): MarkView {
  if (log.marks.length >= MARKS_KEPT) log.marks.splice(0, MARKS_KEPT / 2);
  const mark = { name, receivedAtMs, atByte, echoedAtMs: null, playedBytes: null, cleared: false };
  log.marks.push(mark);
  return mark;
}

/** Adds sound to the stretch that it goes on with, or as a new one. */
export function logSound(spans: Span[], fromMs: number, toMs: number): void {
  const last = spans.at(-1);
  if (last && last.toMs >= fromMs) last.toMs = Math.max(last.toMs, toMs);
  else if (spans.length < SPANS_KEPT) spans.push({ fromMs, toMs });
}
