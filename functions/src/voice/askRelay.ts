import { type Ctx, requireSetting } from "../core/ctx";
import { sidebandToken } from "./sidebandTokens";

/**
 * Asks the relay to take a WebRTC call up; whichever instance answers does. One request.
 * @returns whether a relay is in the call now
 */
export async function askRelay(ctx: Ctx, callId: string, withinMs: number): Promise<boolean> {
  const relayUrl = requireSetting(ctx.config.RELAY_URL, "RELAY_URL").replace(/^ws/, "http");
  try {
    const response = await fetch(`${relayUrl}/sidebands/${callId}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${sidebandToken(ctx, callId)}` },
      signal: AbortSignal.timeout(withinMs),
    });
    await response.body?.cancel();
    if (!response.ok) ctx.log.warn("the relay did not take a call up", { callId, status: response.status });
    return response.ok;
  } catch (error) {
    ctx.log.warn("the relay could not be asked to take a call up", { callId, error });
    return false;
  }
}
