import type { RealtimeResponse, RealtimeResponseStatus } from "openai/resources/realtime/realtime";
import { asConversationItem, type Item, type StoredItem } from "./conversation.js";
import type { AudioPlace } from "./outputAudio.js";
import type { Pace } from "./pace.js";
import type { AudioFormat, Modality } from "./sessionConfig.js";
import type { OutgoingEvent } from "./sessionState.js";
import type { Timers } from "./timers.js";
import { type ContextEntry, responseUsage, type TokenCount } from "./usage.js";

/** What a response will say or do. */
export type Reply =
  | { kind: "speech"; text: string }
  | { kind: "call"; name: string; arguments: string }
  | { kind: "failure"; code: string; message: string };

export interface ResponsePlan {
  id: string;
  /** Null for a response outside the conversation. */
  conversationId: string | null;
  modality: Modality;
  format: AudioFormat;
  voice: string;
  speed: number;
  maxOutputTokens: number | "inf";
  metadata: Record<string, string> | null;
  reply: Reply;
  context: readonly ContextEntry[];
  previousContext: readonly ContextEntry[];
}

/** What a response needs of its session. */
export interface ResponseEffects {
  timers: Timers;
  pace: Pace;
  emit(event: OutgoingEvent): void;
  /** Puts an output item into the conversation and tells what stands before it. */
  addItem(stored: StoredItem): string | null;
  sendAudio(place: AudioPlace, audio: Buffer): void;
  onDone(response: RealtimeResponse): void;
}

/** How far a response has come. */
export interface ResponseProgress {
  status: NonNullable<RealtimeResponse["status"]>;
  details: RealtimeResponseStatus | null;
  item: Item | undefined;
  tokens: TokenCount;
}

/** The `response` of `response.created` and `response.done`. */
export function responseResource(plan: ResponsePlan, progress: ResponseProgress): RealtimeResponse {
  const isOver = progress.status !== "in_progress";
  const response = {
    object: "realtime.response" as const,
    id: plan.id,
    status: progress.status,
    status_details: progress.details,
    output: progress.item ? [asConversationItem(progress.item)] : [],
    conversation_id: plan.conversationId,
    output_modalities: [plan.modality],
    max_output_tokens: plan.maxOutputTokens,
    audio: { output: { format: plan.format, voice: plan.voice } },
    usage: isOver ? responseUsage(plan.context, plan.previousContext, progress.tokens) : null,
    metadata: plan.metadata,
  };
  // The real API sends null where the SDK's types have an absent field.
  return response as RealtimeResponse;
}
