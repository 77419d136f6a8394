import type { EnhancedTranscript } from "./enhancedTranscript";
import type { Interval } from "./intervals";
import { type Markup, markup } from "./markup";
import { formatDuration } from "./summary";
import { cutMark, drawnRow, ROW_HEIGHT, ROW_WIDTH, unplayedMark } from "./timelineDrawing";
import { MIN_SILENCE_SECONDS, silences, timelineRows } from "./timelineRows";

/**
 * Who spoke when, as a drawing for a page: a lane for each speaker, silences, and the places at which the assistant was cut
 * off, in as many rows as it takes. What it shows is told in words as well.
 */
export function timelineSvg(transcript: EnhancedTranscript): Markup {
  const { conversation_flow: turns } = transcript;
  const duration = turns.reduce((latest, { end_time }) => Math.max(latest, end_time), transcript.duration);
  const rows = timelineRows(duration);
  const quiet = silences(turns, duration);
  return markup`<svg viewBox="0 0 ${ROW_WIDTH} ${rows.length * ROW_HEIGHT}" role="img" aria-labelledby="timeline-title timeline-desc">
<title id="timeline-title">Who spoke when</title>
<desc id="timeline-desc">${inWords(transcript, quiet)}</desc>
${rows.map(
  (row, n) => markup`<g transform="translate(0 ${n * ROW_HEIGHT})">${drawnRow(row, turns, quiet)}</g>
`,
)}</svg>`;
}

function inWords(transcript: EnhancedTranscript, quiet: readonly Interval[]): string {
  const { participant_info, summary_data, duration_formatted } = transcript;
  const spoken = Object.values(participant_info).map(
    ({ name, total_speaking_time }) => `${name} spoke for ${formatDuration(total_speaking_time)}`,
  );
  const cutOff = summary_data.cut_off_turns;
  return [
    `A timeline of ${duration_formatted} in two lanes.`,
    `${spoken.join(", ")}.`,
    `${quiet.length} ${quiet.length === 1 ? "silence" : "silences"} of ${MIN_SILENCE_SECONDS} seconds or more.`,
    `The assistant was cut off ${cutOff === 1 ? "once" : `${cutOff} times`}.`,
  ].join(" ");
}

/** The signs that a drawing has, explained. */
export function timelineLegend({ participant_info, summary_data }: EnhancedTranscript): Markup {
  const { cut_off_turns, never_played_turns, longest_silence_seconds } = summary_data;
  const speakers = Object.values(participant_info).map(({ role, name }) =>
    entry(markup`<rect class="bar ${role}" y="3" width="16" height="10" rx="2"/>`, name),
  );
  const silence = entry(
    markup`<rect class="silence" y="3" width="16" height="10"/>`,
    `Silence of ${MIN_SILENCE_SECONDS} s or more`,
  );
  return markup`<ul class="legend">${[
    ...speakers,
    ...(longest_silence_seconds >= MIN_SILENCE_SECONDS ? [silence] : []),
    ...(cut_off_turns > 0 ? [entry(cutMark(8, 5, 8), "Cut off")] : []),
    ...(never_played_turns > 0 ? [entry(unplayedMark(8, 8), "Never played")] : []),
  ]}</ul>`;
}

function entry(sign: Markup, what: string): Markup {
  return markup`<li><svg viewBox="0 0 16 16" aria-hidden="true">${sign}</svg><bdi>${what}</bdi></li>`;
}
