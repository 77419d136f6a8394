/** A cue of a WebVTT file, its entities decoded. Times are seconds. */
export interface ParsedCue {
  id: string;
  start: number;
  end: number;
  voice: string;
  text: string;
}

const TIMESTAMP = "(\\d{2,}):([0-5]\\d):([0-5]\\d)\\.(\\d{3})";
const TIMINGS = new RegExp(`^${TIMESTAMP} --> ${TIMESTAMP}$`);
/** One voice span with text: no other span, and no `&`, `<` or `>` that stands for itself. */
const PAYLOAD = /^<v ((?:[^&<>\n\r]|&(?:amp|lt|gt);)+)>((?:[^&<>\n\r]|&(?:amp|lt|gt);)+)<\/v>$/u;

/**
 * Reads a WebVTT file by the grammar of a conforming file, where a browser would forgive; of what the grammar allows, only
 * numbered cues of one voice span on one line. https://www.w3.org/TR/webvtt1/#syntax
 * @throws Error at the first thing that is not allowed
 */
export function parseVtt(file: string): ParsedCue[] {
  if (file.includes("\0") || file.includes("\r")) throw new Error("NUL or CR");
  if (!file.isWellFormed()) throw new Error("half a character");
  const [header, ...blocks] = file.replace(/\n$/, "").split("\n\n");
  if (header?.trim() !== "WEBVTT") throw new Error(`header ${header}`);
  let last = 0;
  return blocks.map((block, index) => {
    const cue = parseCue(block);
    if (cue.id !== String(index + 1)) throw new Error(`number ${cue.id}`);
    if (cue.start < last) throw new Error(`goes back: ${block}`);
    if (cue.end <= cue.start) throw new Error(`has no length: ${block}`);
    last = cue.start;
    return cue;
  });
}

function parseCue(block: string): ParsedCue {
  const [id = "", timings = "", payload = "", ...more] = block.split("\n");
  if (more.length > 0) throw new Error(`more lines: ${block}`);
  const times = TIMINGS.exec(timings);
  if (!times) throw new Error(`timings ${timings}`);
  const parts = PAYLOAD.exec(payload);
  if (!parts || parts[2]?.trim() === "") throw new Error(`payload ${payload}`);
  const [start = 0, end = 0] = [times.slice(1, 5), times.slice(5)].map((units) => {
    const [hours = 0, minutes = 0, seconds = 0, ms = 0] = units.map(Number);
    return hours * 3_600 + minutes * 60 + seconds + ms / 1_000;
  });
  return { id, start, end, voice: decoded(parts[1] ?? ""), text: decoded(parts[2] ?? "") };
}

function decoded(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
