import { codePoints } from "../core/codePoints";
import { type Ctx, requireCaller } from "../core/ctx";
import { startCounting } from "../core/rateLimit";
import { recordUsage } from "../usage/recordUsage";
import { SPEECH_WINDOW, STALL_MS } from "./limits";
import { speechProvider } from "./provider";
import type { SpeechInput } from "./schemas";

/**
 * Speaks a text as MP3, in pieces as they are made. The provider is asked while the
 * request is still being counted; nothing is given out before it is. Costs at most 1 read and 3 writes.
 * @param signal aborts the provider's request at once
 * @throws AppError rate_limited, not_configured, provider_failed, provider_unavailable
 */
export async function* streamSpeech(
  ctx: Ctx,
  { text, voice }: SpeechInput,
  signal: AbortSignal,
  stallMs = STALL_MS,
): AsyncGenerator<Uint8Array[], void> {
  const { uid } = requireCaller(ctx);
  const use = { what: "speech", by: uid, policy: SPEECH_WINDOW };
  const { counted, ...begun } = await startCounting(ctx, use, signal);
  let isSpoken = false;
  try {
    const provider = await speechProvider(ctx);
    for await (const chunk of provider.speak({ text, voice }, { ...begun, stallMs })) {
      await counted;
      isSpoken = true;
      yield [chunk];
    }
  } finally {
    if (isSpoken) await recordUsage(ctx, uid, "speech", { requests: 1, characters: codePoints(text) });
  }
}
