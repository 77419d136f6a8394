import { type Ctx, requireSetting } from "../core/ctx";
import { open, seal } from "../core/sealedText";

type Kind = "refresh" | "access";

const context = (kind: Kind, userId: string) => ({ purpose: `calendar ${kind} token`, subject: userId });

/** A token as it is stored: nobody reads it without SECRET_KEY, nor in another user's document. */
export function sealToken(ctx: Ctx, kind: Kind, userId: string, token: string): string {
  return seal(requireSetting(ctx.config.SECRET_KEY, "SECRET_KEY"), context(kind, userId), token);
}

/** The token, sealed with SECRET_KEY or with PREVIOUS_SECRET_KEY. @throws NotOpened */
export function openToken(ctx: Ctx, kind: Kind, userId: string, sealed: string): string {
  const { PREVIOUS_SECRET_KEY: previous } = ctx.config;
  const secrets = [requireSetting(ctx.config.SECRET_KEY, "SECRET_KEY"), ...(previous ? [previous] : [])];
  return open(secrets, context(kind, userId), sealed);
}
