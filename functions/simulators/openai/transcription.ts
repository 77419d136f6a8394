import type { ConversationItemInputAudioTranscriptionCompletedEvent as Completed } from "openai/resources/realtime/realtime";
import type { StoredItem } from "./conversation.js";
import { heardText } from "./reply.js";
import type { SessionState } from "./sessionState.js";
import { inputAudioTokens, textTokens } from "./usage.js";

/** Transcription runs beside the response and may come before or after it. */
const TRANSCRIPTION_MS = 120;
const WORDS_PER_DELTA = 3;
/** Billed by the second; the others by the token. */
const MODELS_BY_DURATION = ["whisper-1", "gpt-realtime-whisper"];

/** Transcribes an utterance, if the session asks for it, with the script's words. */
export function transcribe(state: SessionState, stored: StoredItem): void {
  const configured = state.config.audio.input.transcription;
  if (!configured) return;
  const place = { item_id: stored.item.id, content_index: 0 };
  state.timers.after(TRANSCRIPTION_MS, () => {
    if (stored.turn?.transcriptionFails) {
      const error = {
        type: "transcription_error",
        code: "audio_unintelligible",
        message: "The audio could not be transcribed.",
      };
      state.emit({ type: "conversation.item.input_audio_transcription.failed", ...place, error });
      return;
    }
    const transcript = heardText(stored);
    const [part] = stored.item.content ?? [];
    if (part) part.transcript = transcript;
    for (const delta of deltasOf(transcript)) {
      state.emit({ type: "conversation.item.input_audio_transcription.delta", ...place, delta });
    }
    const usage = usageOf(configured.model, stored, transcript);
    state.emit({
      type: "conversation.item.input_audio_transcription.completed",
      ...place,
      transcript,
      usage,
    });
  });
}

function deltasOf(transcript: string): string[] {
  const words = transcript.match(/\s*\S+/g) ?? [];
  const deltas: string[] = [];
  for (let at = 0; at < words.length; at += WORDS_PER_DELTA) {
    deltas.push(words.slice(at, at + WORDS_PER_DELTA).join(""));
  }
  return deltas;
}

function usageOf(model: string | undefined, stored: StoredItem, transcript: string): Completed["usage"] {
  const ms = stored.audio?.ms ?? 0;
  if (MODELS_BY_DURATION.includes(model ?? "")) return { type: "duration", seconds: ms / 1000 };
  const input = inputAudioTokens(ms);
  const output = textTokens(transcript);
  return {
    type: "tokens",
    total_tokens: input + output,
    input_tokens: input,
    input_token_details: { text_tokens: 0, audio_tokens: input },
    output_tokens: output,
  };
}
