import { z } from "zod";
import { type Conversation, conversationTurn, timeline } from "./conversation";
import {
  durationOf,
  formatDuration,
  fullText,
  participantInfo,
  participantsOf,
  summaryData,
  summaryOf,
} from "./summary";

const head = {
  transcript_sid: z.string(),
  call_date: z.iso.datetime(),
  duration: z.number().min(0).meta({ description: "In seconds." }),
  call_direction: z
    .string()
    .meta({ description: "`outbound` or `inbound`; of a session without a phone its kind." }),
  scenario_name: z.string(),
};

/** One conversation with everything that is known of it. */
export const enhancedTranscript = z
  .object({
    ...head,
    duration_formatted: z.string(),
    full_text: z.string().meta({ description: "What was said and heard, a turn a line." }),
    participant_info: participantInfo,
    conversation_flow: z.array(conversationTurn),
    summary_data: summaryData,
    timeline,
    truncated: z
      .literal(true)
      .optional()
      .meta({ description: "There was more of it than is kept; the numbers are of what is." }),
  })
  .meta({ id: "EnhancedTranscript" });
export type EnhancedTranscript = z.output<typeof enhancedTranscript>;

/** The same in a list: without what was said. */
export const listedTranscript = z
  .object({
    id: z.string(),
    ...head,
    participant_count: z.number().int(),
    conversation_turns: z.number().int(),
    total_words: z.number().int(),
    summary: z.object({
      duration_formatted: z.string(),
      participant_info: z.record(
        z.string(),
        z.object({ role: z.enum(["customer", "agent"]), name: z.string() }),
      ),
    }),
  })
  .meta({ id: "ListedTranscript" });
export type ListedTranscript = z.output<typeof listedTranscript>;

/** What is known of a conversation beside its words. */
export interface AboutConversation {
  transcript_sid: string;
  /** ISO 8601 */
  call_date: string;
  call_direction: string;
  scenario_name: string;
  /** How long it took, in whole seconds; without it, until the last word. */
  duration?: number;
  /** There was more of it than is kept. */
  truncated?: boolean;
}

export function enhance(conversation: Conversation, about: AboutConversation): EnhancedTranscript {
  const { turns } = conversation;
  const duration = durationOf(turns, about.duration);
  return {
    transcript_sid: about.transcript_sid,
    call_date: about.call_date,
    duration,
    call_direction: about.call_direction,
    scenario_name: about.scenario_name,
    duration_formatted: formatDuration(duration),
    full_text: fullText(turns),
    participant_info: participantsOf(conversation),
    conversation_flow: turns,
    summary_data: summaryOf(conversation, duration),
    timeline: conversation.timeline,
    ...(about.truncated ? { truncated: true as const } : {}),
  };
}

/** @param id whose place in the list it is */
export function listed(transcript: EnhancedTranscript, id: string): ListedTranscript {
  const { summary_data, participant_info, conversation_flow, duration_formatted } = transcript;
  return {
    id,
    transcript_sid: transcript.transcript_sid,
    call_date: transcript.call_date,
    duration: transcript.duration,
    call_direction: transcript.call_direction,
    scenario_name: transcript.scenario_name,
    participant_count: summary_data.participant_count,
    conversation_turns: conversation_flow.length,
    total_words: summary_data.total_words,
    summary: {
      duration_formatted,
      participant_info: Object.fromEntries(
        Object.entries(participant_info).map(([channel, { role, name }]) => [channel, { role, name }]),
      ),
    },
  };
}
