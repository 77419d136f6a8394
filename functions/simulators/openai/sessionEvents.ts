import type { RealtimeSessionCreateRequest } from "openai/resources/realtime/realtime";
import type { ClientEventOf } from "./clientEvents.js";
import { mergeSession, type SessionConfig, vadSettings } from "./sessionConfig.js";
import type { SessionState } from "./sessionState.js";

/** `session.update`: merged, then shown whole. */
export function updateSession(state: SessionState, { session }: ClientEventOf<"session.update">): void {
  state.config = mergeSession(state.config, session, {
    modelFixed: state.modelFixed,
    voiceFixed: state.hasSpoken,
    speaking: state.active !== undefined,
  });
  if (session.model !== undefined) state.modelFixed = true;
  const { format, turn_detection: detection } = state.config.audio.input;
  state.input.configure(format.type, vadSettings(detection));
  state.emit({ type: "session.updated", session: asShown(state.config) });
}

/** A session as the SDK types it: the SDK knows what a client may send, what the server shows has more, and nulls. */
export function asShown(config: SessionConfig): RealtimeSessionCreateRequest {
  return config as unknown as RealtimeSessionCreateRequest;
}
