import { type Ctx, requireCaller } from "../core/ctx";
import { documentName } from "../core/firestore";
import { countUse } from "../core/rateLimit";
import { twilioClient, twilioSettings } from "../providers/twilioClient";
import { createIceServers } from "../providers/twilioTokens";
import { TURN_GIVEN_AGAIN_ABOVE, TURN_WINDOW } from "./turnLimits";
import type { TurnCredentials, TurnInput } from "./turnSchemas";
import { type KeptTurn, keepTurn, readTurn } from "./turnStore";

/** What is being looked for on this instance: whoever asks for the same meanwhile is given the same. */
const underWay = new Map<string, Promise<TurnCredentials>>();

/**
 * The servers by which a caller's browser reaches others from behind a NAT, with the caller's credentials. Those that were
 * made for the same `ttl` are given again while more than half of their life is left, for 1 read; then `ttl` is what is left.
 * New ones cost 2 reads, 2 writes and a request to Twilio.
 * @throws AppError not_configured, rate_limited, provider_failed, provider_unavailable
 */
export async function getTurnCredentials(ctx: Ctx, { ttl }: TurnInput): Promise<TurnCredentials> {
  const { uid } = requireCaller(ctx);
  // Also those that are kept are not given out where there is no Twilio.
  twilioSettings(ctx.config);
  const key = `${ctx.db.databaseId}/${documentName(uid)}/${ttl}`;
  const asked = underWay.get(key) ?? keptOrNew(ctx, uid, ttl).finally(() => underWay.delete(key));
  underWay.set(key, asked);
  return asked;
}

async function keptOrNew(ctx: Ctx, uid: string, ttl: number): Promise<TurnCredentials> {
  const kept = await readTurn(ctx, uid);
  if (kept?.ttl === ttl) {
    const left = secondsLeft(ctx, kept);
    if (left > ttl * TURN_GIVEN_AGAIN_ABOVE) return { iceServers: kept.iceServers, ttl: Math.floor(left) };
  }
  await countUse(ctx, { what: "turn", by: uid, policy: TURN_WINDOW });
  return makeNew(ctx, uid, ttl);
}

function secondsLeft(ctx: Ctx, { createdAt, ttl }: KeptTurn): number {
  return ttl - (ctx.now().getTime() - createdAt.getTime()) / 1_000;
}

async function makeNew(ctx: Ctx, uid: string, ttl: number): Promise<TurnCredentials> {
  const client = await twilioClient(ctx.config);
  // Before Twilio is asked, so that ours are never good for longer than Twilio's.
  const createdAt = ctx.now();
  const iceServers = await createIceServers(client, ttl);
  try {
    await keepTurn(ctx, uid, { iceServers, ttl, createdAt });
  } catch (error) {
    // They are good all the same.
    ctx.log.warn("turn credentials could not be kept", { error });
  }
  return { iceServers, ttl };
}
