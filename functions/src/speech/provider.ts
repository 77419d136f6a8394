import type { Ctx } from "../core/ctx";
import { openAiAccess } from "../providers/openAi";
import type { SpeechProvider } from "../providers/speech";

const SPEECH_MODEL = "gpt-4o-mini-tts";
/** When OpenAI's speech models end: https://developers.openai.com/api/docs/deprecations */
const SPEECH_MODELS_END = Date.parse("2027-01-06T00:00:00Z");

/** What speaks: a realtime model where `OPENAI_TTS_MODEL` names one or the speech models have ended, else a speech model. */
export async function speechProvider(ctx: Ctx): Promise<SpeechProvider> {
  const { OPENAI_TTS_MODEL, OPENAI_REALTIME_MODEL, OPENAI_REALTIME_API_URL } = ctx.config;
  const standard = ctx.now().getTime() < SPEECH_MODELS_END ? SPEECH_MODEL : OPENAI_REALTIME_MODEL;
  const model = OPENAI_TTS_MODEL ?? standard;
  const access = openAiAccess(ctx.config);
  // Each loaded where it is used: the one needs WebSockets and an encoder.
  if (!model.startsWith("gpt-realtime")) {
    const { OpenAiSpeech } = await import("../providers/openAiSpeech.js");
    return new OpenAiSpeech(access, model);
  }
  const { RealtimeSpeech } = await import("../providers/realtimeSpeech.js");
  return new RealtimeSpeech(access.keys, OPENAI_REALTIME_API_URL, model);
}
