import type { ConversationTurn } from "./conversation";
import type { EnhancedTranscript } from "./enhancedTranscript";
import { oneLine } from "./plainText";
import { saidParts } from "./saidParts";

/** About what two lines of captions hold; longer turns are shown in pieces. */
const MAX_CUE_CHARACTERS = 90;
/** Shorter than this nothing can be read. */
const MIN_CUE_SECONDS = 0.5;

interface Cue {
  start: number;
  end: number;
  name: string;
  text: string;
}

/**
 * A conversation as WebVTT captions, each with its speaker (`<v Name>`), for playing beside the recording: what was heard,
 * at the times of `start_time` and `end_time`. Cues ascend by their start, all have a length and words.
 * https://www.w3.org/TR/webvtt1/
 */
export function exportVtt(transcript: EnhancedTranscript): string {
  const cues = transcript.conversation_flow.flatMap(cuesOf).sort((a, b) => a.start - b.start);
  const blocks = cues.map(
    ({ start, end, name, text }, index) =>
      `${index + 1}\n${timestamp(start)} --> ${timestamp(end)}\n<v ${escaped(name)}>${escaped(text)}</v>\n`,
  );
  return ["WEBVTT\n", ...blocks].join("\n");
}

/** A turn in pieces that can be read, its time shared among them by their length. */
function cuesOf(turn: ConversationTurn): Cue[] {
  const pieces = piecesOf(saidParts(turn).heard);
  const letters = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const name = oneLine(turn.speaker.name) || turn.speaker.role;
  let passed = 0;
  return pieces.map((text) => {
    const at = (share: number) => turn.start_time + turn.duration * share;
    const start = at(passed / letters);
    passed += text.length;
    return { start, end: Math.max(at(passed / letters), start + MIN_CUE_SECONDS), name, text };
  });
}

/** Pieces of about the same length, at spaces where there are any, else anywhere but within a character. */
function piecesOf(line: string): string[] {
  const pieces: string[] = [];
  for (let rest = line; rest !== ""; ) {
    const left = Math.ceil(rest.length / MAX_CUE_CHARACTERS);
    const end = left === 1 ? rest.length : breakIn(rest, Math.ceil(rest.length / left));
    pieces.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  return pieces;
}

function breakIn(line: string, wanted: number): number {
  const behind = line.indexOf(" ", wanted);
  if (behind > 0 && behind <= MAX_CUE_CHARACTERS) return behind;
  const before = line.lastIndexOf(" ", wanted);
  if (before > 0) return before;
  return /[\ud800-\udbff]/.test(line.charAt(wanted - 1)) ? wanted - 1 : wanted;
}

/** Of `-->` an escaped `>` leaves nothing that a parser would take for an arrow. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** `00:00:03.200`; hours have as many digits as they need. */
function timestamp(seconds: number): string {
  const ms = Math.round(seconds * 1_000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const fraction = String(ms % 1_000).padStart(3, "0");
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}.${fraction}`;
}
