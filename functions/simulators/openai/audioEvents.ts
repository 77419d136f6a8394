import type { ClientEventOf } from "./clientEvents.js";
import type { StoredItem } from "./conversation.js";
import { newId } from "./ids.js";
import type { Utterance } from "./inputAudio.js";
import { InvalidRequest } from "./invalidRequest.js";
import { announceItem, takeTurn } from "./itemEvents.js";
import { audioBytes } from "./itemShapes.js";
import { interruptOutput } from "./outputAudio.js";
import { startResponse } from "./responseEvents.js";
import type { SessionState } from "./sessionState.js";
import { transcribe } from "./transcription.js";
import { disarmIdleTimeout } from "./turnTimers.js";

/** What one append may hold, as documented. */
const APPEND_MAX_BYTES = 15 * 1024 * 1024;
/** What may wait for a commit: about six minutes of PCM16. */
const BUFFER_MAX_BYTES = 16 * 1024 * 1024;
const COMMIT_MIN_MS = 100;

/** `input_audio_buffer.append`: never confirmed; speech found in it starts and ends turns. */
export function appendAudio(state: SessionState, event: ClientEventOf<"input_audio_buffer.append">): void {
  const bytes = audioBytes(event.audio, "audio", state.config.audio.input.format.type);
  if (bytes.length > APPEND_MAX_BYTES || state.input.bufferedBytes + bytes.length > BUFFER_MAX_BYTES) {
    throw new InvalidRequest("input_audio_buffer_too_large", "The input audio buffer is full.", "audio");
  }
  takeAudio(state, bytes);
}

/** What a call's microphone picks up; a buffer that nobody commits stays full. */
export function hearAudio(state: SessionState, bytes: Buffer): void {
  if (state.input.bufferedBytes + bytes.length <= BUFFER_MAX_BYTES) takeAudio(state, bytes);
}

function takeAudio(state: SessionState, bytes: Buffer): void {
  for (const happened of state.input.append(bytes)) {
    if (happened.type === "speech_started") speechStarted(state, happened.audioStartMs);
    else speechStopped(state, happened.audioEndMs, happened.utterance);
  }
}

/** `input_audio_buffer.commit`: makes a user message of the buffer and starts no response. */
export function commitAudio(state: SessionState): void {
  const { bufferedMs } = state.input;
  if (bufferedMs < COMMIT_MIN_MS) {
    const message = `Error committing input audio buffer: buffer too small. Expected at least ${COMMIT_MIN_MS}ms of audio, but buffer only has ${bufferedMs.toFixed(2)}ms of audio.`;
    throw new InvalidRequest("input_audio_buffer_commit_empty", message);
  }
  commit(state, state.input.take(), takenSpeechItemId(state));
}

export function clearAudio(state: SessionState): void {
  state.input.clear();
  state.speechItemId = undefined;
  state.emit({ type: "input_audio_buffer.cleared" });
}

/** Nobody spoke for `idle_timeout_ms`: the silence becomes a user message and is answered. */
export function idleTimedOut(state: SessionState): void {
  if (state.active || state.input.isSpeaking) return;
  const itemId = newId("item");
  const endMs = Math.round(state.input.receivedMs);
  const silence = state.input.take();
  state.emit({
    type: "input_audio_buffer.timeout_triggered",
    audio_start_ms: Math.max(0, Math.round(endMs - silence.ms)),
    audio_end_ms: endMs,
    item_id: itemId,
  });
  commit(state, silence, itemId, { isTurn: false });
  startResponse(state, {});
}

function speechStarted(state: SessionState, audioStartMs: number): void {
  disarmIdleTimeout(state);
  const itemId = newId("item");
  state.speechItemId = itemId;
  state.emit({
    type: "input_audio_buffer.speech_started",
    audio_start_ms: Math.round(audioStartMs),
    item_id: itemId,
  });
  if (state.config.audio.input.turn_detection?.interrupt_response) interruptOutput(state);
}

function speechStopped(state: SessionState, audioEndMs: number, utterance: Utterance): void {
  const itemId = takenSpeechItemId(state);
  state.emit({
    type: "input_audio_buffer.speech_stopped",
    audio_end_ms: Math.round(audioEndMs),
    item_id: itemId,
  });
  commit(state, utterance, itemId);
  if (state.config.audio.input.turn_detection?.create_response) startResponse(state, {});
}

function commit(state: SessionState, utterance: Utterance, itemId: string, { isTurn = true } = {}): void {
  const stored: StoredItem = {
    item: {
      id: itemId,
      object: "realtime.item",
      type: "message",
      status: "completed",
      role: "user",
      content: [{ type: "input_audio", transcript: null }],
    },
    audio: { ms: utterance.ms, bytes: [utterance.bytes], format: utterance.format },
    speechMs: utterance.speechMs,
  };
  const previousItemId = state.conversation.lastId;
  state.conversation.insert(stored);
  if (isTurn) takeTurn(state, stored);
  state.emit({ type: "input_audio_buffer.committed", previous_item_id: previousItemId, item_id: itemId });
  announceItem(state, stored);
  transcribe(state, stored);
}

function takenSpeechItemId(state: SessionState): string {
  const itemId = state.speechItemId ?? newId("item");
  state.speechItemId = undefined;
  return itemId;
}
