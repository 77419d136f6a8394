import { Timestamp } from "firebase-admin/firestore";
import { type Ctx, requireSetting } from "../core/ctx";
import { AppError, toAppError } from "../core/errors";
import { documentName, transact } from "../core/firestore";
import { sha256 } from "../core/ids";
import { logFailure } from "../core/logFailure";
import { GrantRevoked } from "../providers/googleFailure";
import { CALENDAR_SCOPE, exchangeCode, type Grant, revokeGrant } from "../providers/googleOAuth";
import { type GoogleSettings, googleSettings } from "../providers/googleSettings";
import { verifierOf } from "./beginConnection";
import type { CallbackInput } from "./schemas";
import { sealToken } from "./sealedTokens";
import { calendarConnections, calendarStates } from "./store";

const STALE = "This link has expired or was used before: connect again.";
const DENIED = "You have not allowed access to your calendar.";
const INCOMPLETE = "Access to your calendar was not allowed: connect again and allow it.";

/**
 * What Google sends a user back with: the tokens are fetched and stored, and the user goes on to the frontend, which is
 * told by the address how it went. A state that is not ours, was used or has expired fetches nothing. 1 read, 3 writes
 * and 1 request to Google.
 * @returns the address to go on to; also where it failed
 * @throws AppError not_configured without a frontend
 */
export async function completeConnection(ctx: Ctx, input: CallbackInput): Promise<string> {
  const frontend = requireSetting(ctx.config.FRONTEND_URL, "FRONTEND_URL");
  try {
    await connect(ctx, input);
    return `${frontend}/scheduled-meetings?${new URLSearchParams({ success: "true", connected: "calendar" })}`;
  } catch (thrown) {
    logFailure(ctx.log, thrown, { requestId: ctx.requestId, path: "/google-calendar/callback" });
    const { safeMessage: message } = toAppError(thrown);
    const failed = new URLSearchParams({ error: "calendar_connection_failed", message });
    return `${frontend}/scheduled-meetings?${failed}`;
  }
}

async function connect(ctx: Ctx, { state, code, error }: CallbackInput): Promise<void> {
  const settings = googleSettings(ctx.config);
  if (state === undefined) throw new AppError("invalid_argument", STALE);
  const userId = await redeemState(ctx, state);
  if (error === "access_denied") throw new AppError("permission_denied", DENIED);
  if (code === undefined) throw new AppError("provider_failed", "Google did not connect it: try again.");
  const grant = await exchange(settings, { code, verifier: verifierOf(ctx, state) });
  if (!grant.refreshToken || !grant.scopes.includes(CALENDAR_SCOPE)) {
    // With it would go what the user has connected before.
    const isConnected = (await calendarConnections(ctx.db).doc(documentName(userId)).get()).exists;
    if (!isConnected) await revokeGrant(settings, grant.accessToken).catch(() => {});
    throw new AppError("permission_denied", INCOMPLETE);
  }
  await store(ctx, userId, { ...grant, refreshToken: grant.refreshToken });
  ctx.log.info("calendar connected", { uid: userId });
}

/** Whose consent it is; a state serves once. @throws AppError invalid_argument */
async function redeemState(ctx: Ctx, state: string): Promise<string> {
  const reference = calendarStates(ctx.db).doc(sha256(state));
  const redeemedBy = ctx.newId();
  const { userId, expiresAt } = await transact(
    ctx.db,
    async (tx) => {
      const stored = (await tx.get(reference)).data();
      if (!stored || stored.redeemedBy !== undefined) throw new AppError("invalid_argument", STALE);
      tx.update(reference, { redeemedBy });
      return stored;
    },
    async (tx) => (await tx.get(reference)).data()?.redeemedBy === redeemedBy,
  );
  // Where that fails it is of no use to anybody, and goes when it expires.
  await reference.delete().catch(() => {});
  if (expiresAt.toMillis() <= ctx.now().getTime()) throw new AppError("invalid_argument", STALE);
  return userId;
}

async function exchange(
  settings: GoogleSettings,
  consent: { code: string; verifier: string },
): Promise<Grant> {
  try {
    return await exchangeCode(settings, consent);
  } catch (error) {
    if (!(error instanceof GrantRevoked)) throw error;
    throw new AppError("permission_denied", STALE, { cause: error });
  }
}

async function store(ctx: Ctx, userId: string, grant: Grant & { refreshToken: string }): Promise<void> {
  await calendarConnections(ctx.db)
    .doc(documentName(userId))
    .set({
      userId,
      connectionId: ctx.newId(),
      refreshToken: sealToken(ctx, "refresh", userId, grant.refreshToken),
      accessToken: sealToken(ctx, "access", userId, grant.accessToken),
      accessExpiresAt: Timestamp.fromMillis(ctx.now().getTime() + grant.lifetimeMs),
      connectedAt: Timestamp.fromDate(ctx.now()),
      refreshingUntil: null,
    });
}
