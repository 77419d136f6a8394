import { type Ctx, requireSetting } from "../core/ctx";
import { sidebandToken } from "./sidebandTokens";

/**
 * Asks the relay to take up the WebRTC call of a session; whichever instance answers does. One request.
 * @returns whether a relay holds it now
 */
export async function askRelay(ctx: Ctx, sessionId: string, withinMs: number): Promise<boolean> {
  const relayUrl = requireSetting(ctx.config.RELAY_URL, "RELAY_URL").replace(/^ws/, "http");
  try {
    const response = await fetch(`${relayUrl}/sidebands/${sessionId}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${sidebandToken(ctx, sessionId)}` },
      signal: AbortSignal.timeout(withinMs),
    });
    await response.body?.cancel();
    if (!response.ok)
      ctx.log.warn("the relay did not take a call up", { sessionId, status: response.status });
    return response.ok;
  } catch (error) {
    ctx.log.warn("the relay could not be asked to take a call up", { sessionId, error });
    return false;
  }
}
