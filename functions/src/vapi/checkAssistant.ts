import type { Config } from "../core/config";
import { type Ctx, requireSetting } from "../core/ctx";
import { AppError } from "../core/errors";
import { AssistantMemory } from "./assistantMemory";
import { RETRY_SECONDS } from "./limits";

const memories = new WeakMap<Config, AssistantMemory>();

/** What sessions are opened with. @throws AppError not_configured naming the setting that is missing */
export function vapiSettings({ config }: Ctx) {
  return {
    apiKey: requireSetting(config.VAPI_API_KEY, "VAPI_API_KEY"),
    assistantId: requireSetting(config.VAPI_ASSISTANT_ID, "VAPI_ASSISTANT_ID"),
  };
}

/**
 * Makes sure that Vapi has our assistant. As a rule this instance knows; else it is 1 request.
 * @throws AppError not_configured; provider_failed where the key or the assistant is wrong; provider_unavailable where
 * Vapi is slow or down and was not asked with success within the hour
 */
export async function checkAssistant(ctx: Ctx): Promise<void> {
  const answer = await memoryOf(ctx).answer();
  if (answer.kind === "found") return;
  if (answer.kind === "unavailable") throw vapiUnavailable(new Error(`Vapi: ${answer.why}`));
  const why = answer.kind === "missing" ? "it has no assistant VAPI_ASSISTANT_ID" : answer.why;
  throw new AppError("provider_failed", "The voice assistant is not set up correctly on the server.", {
    cause: new Error(`Vapi: ${why}`),
  });
}

/** The one sentence for Vapi being slow or down. */
export function vapiUnavailable(cause?: unknown): AppError {
  return new AppError("provider_unavailable", "Vapi service temporarily unavailable", {
    details: { retryAfterSeconds: RETRY_SECONDS },
    cause,
  });
}

function memoryOf(ctx: Ctx): AssistantMemory {
  const { apiKey, assistantId } = vapiSettings(ctx);
  const known = memories.get(ctx.config);
  if (known) return known;
  const access = { baseUrl: ctx.config.VAPI_BASE_URL, apiKey };
  const made = new AssistantMemory(access, assistantId, () => ctx.now().getTime());
  memories.set(ctx.config, made);
  return made;
}
