import { type Ctx, requireSetting } from "../core/ctx";
import { sign, verifySignature } from "../core/ids";

const PURPOSE = "sideband";
const TOKEN_TTL_SECONDS = 30;

/** What proves to the relay that the backend asks it to take a WebRTC call up. */
export function sidebandToken(ctx: Ctx, callId: string): string {
  const expiresAt = ctx.now().getTime() + TOKEN_TTL_SECONDS * 1_000;
  return `${expiresAt}.${sign(keyOf(ctx), PURPOSE, `${callId} ${expiresAt}`)}`;
}

/** Whether a token is for this call and not late. It may be shown again: to take a call up twice changes nothing. */
export function isSidebandToken(ctx: Ctx, callId: string, token: string): boolean {
  const [expiresAt = "", signature = ""] = token.split(".");
  if (!(Number(expiresAt) > ctx.now().getTime())) return false;
  return verifySignature(keyOf(ctx), PURPOSE, `${callId} ${expiresAt}`, signature);
}

function keyOf(ctx: Ctx): string {
  return requireSetting(ctx.config.SECRET_KEY, "SECRET_KEY");
}
