import { createHash } from "node:crypto";
import { capitalised, conversationMarkup } from "./conversationMarkup";
import type { EnhancedTranscript } from "./enhancedTranscript";
import { PAGE_STYLE } from "./exportStyle";
import { Markup, markup } from "./markup";
import { formatDuration } from "./summary";
import { timelineLegend, timelineSvg } from "./timelineSvg";

const STYLE_HASH = createHash("sha256").update(PAGE_STYLE).digest("base64");

/** The content security policy under which the page shows whole: nothing but its own style. The page carries it as well. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`;

/**
 * A conversation as a page to read and to print: what it was, how much each has spoken, who spoke when, and every turn. One
 * file that loads nothing and runs nothing; all that was said is escaped.
 */
export function exportHtml(transcript: EnhancedTranscript): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Markup(PAGE_POLICY)}">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${`Conversation of ${dateOf(transcript)}`}</title>
<link rel="icon" href="data:,">
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>Conversation transcript</h1>
<p class="lead">${dateOf(transcript)}</p>
${facts(transcript)}
</header>
${speakers(transcript)}
<section aria-labelledby="timeline">
<h2 id="timeline">Who spoke when</h2>
<div class="scroll" role="region" aria-labelledby="timeline" tabindex="0">${timelineSvg(transcript)}</div>
${timelineLegend(transcript)}
</section>
<section aria-labelledby="conversation">
<h2 id="conversation">Conversation</h2>
${conversationMarkup(transcript)}
</section>
<footer>Transcript ${transcript.transcript_sid}. Times count from the beginning. ${onEstimates(transcript)}</footer>
</main>
</body>
</html>
`.source;
}

function dateOf({ call_date }: EnhancedTranscript): string {
  const date = new Date(call_date);
  if (Number.isNaN(date.getTime())) return call_date;
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(date)} UTC`;
}

function facts(transcript: EnhancedTranscript): Markup {
  const { summary_data, conversation_flow } = transcript;
  const all: [what: string, value: string][] = [
    ["Scenario", readable(transcript.scenario_name)],
    ["Direction", readable(transcript.call_direction)],
    ["Duration", transcript.duration_formatted],
    ["Turns", grouped(conversation_flow.length)],
    ["Words", grouped(summary_data.total_words)],
    ["Silence", formatDuration(summary_data.total_silence_seconds)],
  ];
  const shown = all.filter(([, value]) => value !== "");
  return markup`<dl>${shown.map(([what, value]) => markup`<div><dt>${what}</dt><dd dir="auto">${value}</dd></div>`)}</dl>`;
}

function speakers({ participant_info }: EnhancedTranscript): Markup {
  const rows = Object.values(participant_info).map((one) => {
    const numbers = [
      formatDuration(one.total_speaking_time),
      grouped(one.word_count),
      grouped(one.sentence_count),
    ].map((value) => markup`<td class="number">${value}</td>`);
    return markup`<tr class="${one.role}"><th scope="row"><span class="who"><span class="dot"></span><bdi>${one.name}</bdi></span></th>${numbers}</tr>
`;
  });
  const headings = ["Speaking time", "Words", "Sentences"].map(
    (heading) => markup`<th scope="col" class="number">${heading}</th>`,
  );
  return markup`<section aria-labelledby="speakers">
<h2 id="speakers">Speakers</h2>
<table aria-labelledby="speakers">
<thead><tr><th scope="col">Name</th>${headings}</tr></thead>
<tbody>
${rows}</tbody>
</table>
</section>`;
}

function onEstimates({ conversation_flow }: EnhancedTranscript): string {
  const some = conversation_flow.some(({ is_estimated }) => is_estimated);
  return some ? "Where a turn was not found in a recording, its length is judged by its words." : "";
}

/** `appointment_reminder` as people write it. */
function readable(name: string): string {
  return capitalised(name.replaceAll("_", " "));
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
