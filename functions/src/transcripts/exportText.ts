import type { EnhancedTranscript } from "./enhancedTranscript";
import { oneLine } from "./plainText";
import { saidParts } from "./saidParts";
import { formatDuration } from "./summary";

/**
 * A conversation as plain text: what it is, then a line a turn, `[0:03] AI Agent: …`. What nobody heard is in brackets
 * behind the turn. No text can pass for a line of its own.
 */
export function exportText(transcript: EnhancedTranscript): string {
  const lines = transcript.conversation_flow.map((turn) => {
    const { heard, unheard, note } = saidParts(turn);
    const aside = note && `[${unheard ? `${note}; not heard: ${unheard}` : note}]`;
    const said = [heard, aside].filter(Boolean).join(" ");
    return `[${formatDuration(turn.start_time)}] ${oneLine(turn.speaker.name)}: ${said}`;
  });
  return `${[...headOf(transcript), "", ...lines].join("\n")}\n`;
}

function headOf(transcript: EnhancedTranscript): string[] {
  const names = Object.values(transcript.participant_info).map(({ name }) => oneLine(name));
  return [
    `Transcript ${oneLine(transcript.transcript_sid)}`,
    `Date: ${transcript.call_date}`,
    `Duration: ${transcript.duration_formatted}`,
    `Scenario: ${oneLine(transcript.scenario_name)} (${oneLine(transcript.call_direction)})`,
    `Speakers: ${names.join(", ")}`,
  ];
}
