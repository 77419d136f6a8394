import type { Config } from "../core/config";
import { requireSetting } from "../core/ctx";

/** Where Twilio reaches us for one call. */
export interface WebhookUrls {
  answerUrl: string;
  statusUrl: string;
  recordingUrl: string;
  answeredByUrl: string;
}

/** @throws AppError not_configured without PUBLIC_URL */
export function webhookUrls(
  config: Config,
  sessionId: string,
  direction: "outbound" | "inbound",
): WebhookUrls {
  const base = `${requireSetting(config.PUBLIC_URL, "PUBLIC_URL")}/twilio/voice`;
  const query = `?session=${encodeURIComponent(sessionId)}`;
  return {
    answerUrl: `${base}/${direction}${query}`,
    statusUrl: `${base}/status${query}`,
    recordingUrl: `${base}/recording${query}`,
    answeredByUrl: `${base}/amd${query}`,
  };
}

/** Where Twilio opens a call's stream; it takes no query. @throws AppError not_configured without RELAY_URL */
export function streamUrl(config: Config, scenarioId: string): string {
  const relay = requireSetting(config.RELAY_URL, "RELAY_URL").replace(/^http/, "ws");
  return `${relay}/media-stream/${encodeURIComponent(scenarioId)}`;
}
