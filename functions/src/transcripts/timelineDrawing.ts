import type { ConversationTurn } from "./conversation";
import type { Interval } from "./intervals";
import { type Markup, markup } from "./markup";
import { saidParts } from "./saidParts";
import { formatDuration, intervalOf } from "./summary";
import { partIn, type TimelineRow } from "./timelineRows";

/** As wide as the page's text, so that letters have their size. */
export const ROW_WIDTH = 768;
/** Room at the right for the sign of a turn that is cut off at the very end. */
const DRAWN_WIDTH = ROW_WIDTH - 6;
const LANE = 18;
const LANES = { customer: 6, agent: 6 + LANE + 4 } as const;
const BOTTOM = LANES.agent + LANE;
export const ROW_HEIGHT = BOTTOM + 36;
/** However short a turn was, it is seen. */
const MIN_BAR_WIDTH = 1.5;
const MAX_TITLE_CHARACTERS = 80;

type Scale = (seconds: number) => number;

/** One row of the drawing, at its top left corner: lanes, seconds, silences, turns. */
export function drawnRow(
  row: TimelineRow,
  turns: readonly ConversationTurn[],
  silences: readonly Interval[],
): Markup {
  const x: Scale = (seconds) => rounded(((seconds - row.start) / (row.end - row.start)) * DRAWN_WIDTH);
  const lanes = Object.values(LANES).map(
    (y) => markup`<rect class="lane" y="${y}" width="${x(row.until)}" height="${LANE}"/>`,
  );
  return markup`${lanes}${row.ticks.map((second) => drawnTick(second, row, x))}${silences.flatMap(
    (one) => drawnSilence(one, row, x) ?? [],
  )}${turns.flatMap((turn) => drawnTurn(turn, row, x) ?? [])}`;
}

function drawnTick(second: number, row: TimelineRow, x: Scale): Markup {
  const anchor = second === row.start ? "start" : "middle";
  return markup`<path class="tick" d="M${x(second)} ${LANES.customer}V${BOTTOM + 5}"/><text x="${x(second)}" y="${BOTTOM + 18}" text-anchor="${anchor}">${formatDuration(second)}</text>`;
}

function drawnSilence(silence: Interval, row: TimelineRow, x: Scale): Markup | undefined {
  const part = partIn(row, silence);
  if (!part) return undefined;
  const title = `Silence of ${(silence.end - silence.start).toFixed(1)} s`;
  return markup`<rect class="silence" x="${x(part.start)}" y="${LANES.customer}" width="${rounded(x(part.end) - x(part.start))}" height="${BOTTOM - LANES.customer}"><title>${title}</title></rect>`;
}

function drawnTurn(turn: ConversationTurn, row: TimelineRow, x: Scale): Markup | undefined {
  const { heard, speaker } = turn;
  const part = partIn(row, intervalOf(turn));
  if (!part) return undefined;
  const y = LANES[speaker.role];
  if (heard?.state === "never_played") return unplayedMark(x(part.start), y + LANE / 2);
  const width = Math.max(MIN_BAR_WIDTH, rounded(x(part.end) - x(part.start)));
  const bar = markup`<rect class="bar ${speaker.role}" x="${x(part.start)}" y="${y}" width="${width}" height="${LANE}" rx="2"><title>${titleOf(turn)}</title></rect>`;
  const isCutHere = heard?.state === "cut_off" && turn.end_time <= row.end;
  return isCutHere ? markup`${bar}${cutMark(x(part.end), y, LANE)}` : bar;
}

function titleOf(turn: ConversationTurn): string {
  const { heard } = saidParts(turn);
  const shown = heard.length > MAX_TITLE_CHARACTERS ? `${heard.slice(0, MAX_TITLE_CHARACTERS)}…` : heard;
  return `${formatDuration(turn.start_time)} ${turn.speaker.name}: ${shown}`;
}

/** A line with a head, through the end of what was cut off: seen without its colour as well. */
export function cutMark(x: number, y: number, height: number): Markup {
  return markup`<g class="mark"><path class="head" d="M${x - 4} ${y - 5}h8l-4 6z"/><path d="M${x} ${y}v${height + 3}"/></g>`;
}

/** A ring where something would have been said. */
export function unplayedMark(x: number, y: number): Markup {
  return markup`<g class="mark"><circle cx="${x}" cy="${y}" r="4"/></g>`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
