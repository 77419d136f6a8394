import type { ConversationTurn } from "./conversation";
import type { EnhancedTranscript } from "./enhancedTranscript";
import { oneLine } from "./plainText";
import { saidParts } from "./saidParts";

type Cell = string | number;

const COLUMNS: readonly [heading: string, cell: (turn: ConversationTurn) => Cell][] = [
  ["sequence", ({ sequence }) => sequence],
  ["start_time", ({ start_time }) => start_time],
  ["end_time", ({ end_time }) => end_time],
  ["duration", ({ duration }) => duration],
  ["channel", ({ speaker }) => speaker.channel],
  ["role", ({ speaker }) => speaker.role],
  ["name", ({ speaker }) => text(speaker.name)],
  ["text", (turn) => text(saidParts(turn).heard)],
  ["not_heard", (turn) => text(saidParts(turn).unheard)],
  ["heard", ({ heard }) => heard?.state ?? ""],
  ["confidence", (turn) => (turn.confidence_source === "none" ? "" : turn.confidence)],
  ["word_count", ({ word_count }) => word_count],
  ["sources", ({ sources }) => sources.join("+")],
  ["alternative", ({ alternatives }) => text(alternatives.map((one) => one.text).join(" / "))],
];

/** What begins a formula in a spreadsheet, in either width. https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@＝＋－＠]/;
/** The same behind what a spreadsheet of another country takes for the end of a cell. */
const FORMULA_INSIDE = /([;|])([\s"]*)(?=[=+\-@＝＋－＠])/g;

/**
 * A conversation as CSV (RFC 4180), a row a turn: UTF-8 with a byte order mark, without which Excel takes it for something
 * else; lines end in CR LF. Text that a spreadsheet would run as a formula has an apostrophe before it.
 */
export function exportCsv(transcript: EnhancedTranscript): string {
  const rows = transcript.conversation_flow.map((turn) => COLUMNS.map(([, cell]) => field(cell(turn))));
  const lines = [COLUMNS.map(([heading]) => heading), ...rows].map((row) => `${row.join(",")}\r\n`);
  return `\ufeff${lines.join("")}`;
}

function text(written: string): string {
  const line = oneLine(written);
  const harmless = line.replace(FORMULA_INSIDE, "$1$2'");
  return FORMULA.test(line) ? `'${harmless}` : harmless;
}

function field(cell: Cell): string {
  return typeof cell === "number" ? String(cell) : `"${cell.replaceAll('"', '""')}"`;
}
