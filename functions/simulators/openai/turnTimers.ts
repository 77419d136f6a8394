import type { SessionState } from "./sessionState.js";

/**
 * Starts the wait of `idle_timeout_ms`, counted from `response.done` plus the time its audio takes to play.
 * What happens when it runs out is {@link SessionState.onIdle}'s.
 */
export function armIdleTimeout(state: SessionState, playbackMs: number): void {
  disarmIdleTimeout(state);
  const detection = state.config.audio.input.turn_detection;
  if (detection?.type !== "server_vad" || detection.idle_timeout_ms === null) return;
  state.idleTimer = state.timers.after(playbackMs + detection.idle_timeout_ms, () => state.onIdle());
}

export function disarmIdleTimeout(state: SessionState): void {
  state.idleTimer?.cancel();
  state.idleTimer = undefined;
}
