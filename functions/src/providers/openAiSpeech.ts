import {
  type OpenAiAccess,
  providerFailed,
  providerStalled,
  type RequestOptions,
  requestOpenAi,
} from "./openAi";
import type { SpeechProvider, SpeechRequest } from "./speech";
import { withStallLimit } from "./stallLimit";

// https://developers.openai.com/api/docs/guides/text-to-speech#voice-options
const OLDER_MODELS = /^tts-1/;
const NEAREST_OF_OLDER_MODELS: Record<string, string> = {
  ballad: "fable",
  cedar: "onyx",
  marin: "nova",
  verse: "echo",
};

/** Speech by OpenAI's speech endpoint; its MP3 is passed on as it comes. */
export class OpenAiSpeech implements SpeechProvider {
  constructor(
    private readonly access: OpenAiAccess,
    private readonly model: string,
  ) {}

  async *speak({ text, voice }: SpeechRequest, { signal, stallMs }: RequestOptions) {
    const stalled = new AbortController();
    const either = AbortSignal.any([signal, stalled.signal]);
    const known = OLDER_MODELS.test(this.model) ? (NEAREST_OF_OLDER_MODELS[voice] ?? voice) : voice;
    try {
      const response = await requestOpenAi(this.access, { signal: either, stallMs }, (client, init) =>
        client.audio.speech.create(
          { model: this.model, input: text, voice: known, response_format: "mp3" },
          init,
        ),
      );
      if (!response.body || !isAudio(response)) throw new Error("the provider sent no audio");
      let bytes = 0;
      for await (const chunk of withStallLimit(response.body, stallMs, () => stalled.abort())) {
        if (bytes === 0 && !startsAsMp3(chunk)) throw new Error("the provider sent no MP3");
        bytes += chunk.length;
        yield chunk;
      }
      if (bytes === 0) throw new Error("the provider sent no audio");
    } catch (error) {
      signal.throwIfAborted();
      throw stalled.signal.aborted ? providerStalled() : providerFailed(error);
    }
  }
}

function isAudio(response: Response): boolean {
  return /^(audio\/|application\/octet-stream)/.test(response.headers.get("content-type") ?? "");
}

/** The sync word of an MPEG frame, or an ID3 tag. */
function startsAsMp3([first = 0, second = 0, third = 0]: Uint8Array): boolean {
  const isTag = first === 0x49 && second === 0x44 && third === 0x33;
  return isTag || (first === 0xff && (second & 0xe0) === 0xe0);
}
