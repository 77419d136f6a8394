import type { RealtimeServerEvent } from "openai/resources/realtime/realtime";
import type { Playout } from "./calls/playout.js";
import type { Conversation } from "./conversation.js";
import type { InputAudio } from "./inputAudio.js";
import type { Pace } from "./pace.js";
import type { ResponseStream } from "./responseStream.js";
import type { ScriptPlayer } from "./script.js";
import type { SessionConfig } from "./sessionConfig.js";
import type { Scheduled, Timers } from "./timers.js";
import type { ContextEntry } from "./usage.js";

type WithoutEventId<Event> = Event extends unknown ? Omit<Event, "event_id"> : never;

/** A server event before it has its `event_id`, with the SDK's own field types. */
export type OutgoingEvent = WithoutEventId<RealtimeServerEvent>;

/** All that one session remembers; the functions that handle its events share it. */
export interface SessionState {
  config: SessionConfig;
  /** The model was named, so it stays. */
  modelFixed: boolean;
  readonly conversation: Conversation;
  readonly input: InputAudio;
  readonly script: ScriptPlayer;
  readonly pace: Pace;
  readonly timers: Timers;
  emit(event: OutgoingEvent): void;
  /** A call's output audio buffer; over a WebSocket the client keeps its own. */
  readonly playout: Playout | undefined;
  /** The response of the default conversation; there is at most one. */
  active: ResponseStream | undefined;
  /** Responses outside the conversation, by id. */
  readonly outOfBand: Map<string, ResponseStream>;
  /** The model has spoken audio, so its voice is fixed. */
  hasSpoken: boolean;
  /** The item that the speech in progress will become. */
  speechItemId: string | undefined;
  /** The context of the response before, for the cached part of the next one's usage. */
  previousContext: readonly ContextEntry[];
  idleTimer: Scheduled | undefined;
  /** The user has been silent for `idle_timeout_ms`. */
  onIdle(): void;
  tokensUsed: number;
}
