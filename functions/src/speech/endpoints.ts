import { voiceErrors } from "../endpoint/errorFamilies";
import { https } from "../endpoint/https";
import { streamingOperation } from "../endpoint/operation";
import { OPENAI_SECRETS } from "../endpoint/secrets";
import { byteStream } from "../endpoint/streamed";
import { audioChunk, speechInput } from "./schemas";
import { streamSpeech } from "./streamSpeech";

const speaking = streamingOperation({
  summary: "Speak a text: MP3, streamed as it is made",
  auth: "token",
  secrets: OPENAI_SECRETS,
  timeoutSeconds: 540,
  errors: ["rate_limited", "not_configured", "provider_failed", "provider_unavailable"],
  input: speechInput,
  chunk: audioChunk,
  run: streamSpeech,
});

export const ttsHttp = https({
  path: "/api/tts",
  family: voiceErrors,
  routes: { POST: byteStream(speaking, "audio/mpeg") },
});
