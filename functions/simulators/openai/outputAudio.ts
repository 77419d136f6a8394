import { encodeMuLaw } from "../audio/g711.js";
import { type AudioFormatType, bytesPerMs, decodeAudio, encodeAudio } from "./audioFormats.js";
import type { CutOff } from "./calls/playout.js";
import { InvalidRequest } from "./invalidRequest.js";
import { truncateItem } from "./itemEvents.js";
import type { SessionState } from "./sessionState.js";

/** Where in a response a piece of audio belongs. */
export interface AudioPlace {
  response_id: string;
  item_id: string;
  output_index: number;
  content_index: number;
}

/** A long word is cut into deltas of this length. */
const DELTA_MAX_MS = 400;

/** Audio on its way to the client: events over a WebSocket; in a call it is played, and nobody is sent its bytes. */
export function sendOutputAudio(
  state: SessionState,
  { place, format }: { place: AudioPlace; format: AudioFormatType },
  audio: Buffer,
): void {
  if (state.playout) {
    const of = { responseId: place.response_id, itemId: place.item_id };
    state.playout.add(of, asMuLaw(format, audio));
    return;
  }
  const step = DELTA_MAX_MS * bytesPerMs(format);
  for (let at = 0; at < audio.length; at += step) {
    const delta = audio.toString("base64", at, Math.min(at + step, audio.length));
    state.emit({ type: "response.output_audio.delta", ...place, delta });
  }
}

/** The next frame of a call's audio, µ-law at 8 kHz; tells the client when a response's begins and ends. */
export function takeOutputFrame(state: SessionState): Buffer | undefined {
  const { events = [], frame } = state.playout?.takeFrame() ?? {};
  for (const { type, responseId } of events) {
    state.emit({ type: `output_audio_buffer.${type}`, response_id: responseId });
  }
  return frame;
}

/** `output_audio_buffer.clear`: silence at once. What the response then still says is not played either. */
export function clearOutput(state: SessionState): void {
  if (!state.playout) {
    throw new InvalidRequest(
      "invalid_event",
      "output_audio_buffer.clear is for WebRTC and SIP only.",
      "type",
    );
  }
  tellCleared(state, state.playout.clear());
}

/** The user speaks: the response ends and, in a call, so does its sound. What was not heard is forgotten. */
export function interruptOutput(state: SessionState): void {
  const cut = state.playout?.clear() ?? [];
  tellCleared(state, cut);
  state.active?.cancel("turn_detected");
  for (const one of cut) truncateToPlayed(state, one);
}

function tellCleared(state: SessionState, cut: CutOff[]): void {
  for (const { responseId, started } of cut) {
    if (started) state.emit({ type: "output_audio_buffer.cleared", response_id: responseId });
  }
}

/** As a client over a WebSocket does it itself; an item outside the conversation has nothing to be forgotten. */
function truncateToPlayed(state: SessionState, { itemId, playedMs }: CutOff): void {
  const spokenMs = state.conversation.get(itemId)?.audio?.ms ?? 0;
  if (spokenMs === 0) return;
  const audio_end_ms = Math.floor(Math.min(playedMs, spokenMs));
  truncateItem(state, {
    type: "conversation.item.truncate",
    item_id: itemId,
    content_index: 0,
    audio_end_ms,
  });
}

function asMuLaw(format: AudioFormatType, audio: Buffer): Buffer {
  if (format === "audio/pcmu") return audio;
  const samples = decodeAudio(format, audio);
  return format === "audio/pcma" ? encodeMuLaw(samples) : encodeAudio("audio/pcmu", samples);
}
