import { type Ctx, requireSetting } from "../core/ctx";
import { sidebandToken } from "./sidebandTokens";

const ELSEWHERE = 409;

/** What a relay answers that is to take a call up; `elsewhere`: another instance is about to join it. */
export type Asked = "held" | "elsewhere" | "failed";

/**
 * Asks the relay to take a WebRTC call up; whichever instance answers does. One request.
 * @returns `held` where a relay is in the call now; never throws
 */
export async function askRelay(ctx: Ctx, callId: string, withinMs: number): Promise<Asked> {
  const relayUrl = requireSetting(ctx.config.RELAY_URL, "RELAY_URL").replace(/^ws/, "http");
  try {
    const response = await fetch(`${relayUrl}/sidebands/${callId}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${sidebandToken(ctx, callId)}` },
      signal: AbortSignal.timeout(withinMs),
    });
    await response.body?.cancel();
    if (response.ok) return "held";
    ctx.log.warn("the relay did not take a call up", { callId, status: response.status });
    return response.status === ELSEWHERE ? "elsewhere" : "failed";
  } catch (error) {
    ctx.log.warn("the relay could not be asked to take a call up", { callId, error });
    return "failed";
  }
}
