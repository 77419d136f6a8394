import { type Ctx, requireCaller, requireSetting } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { admitSession } from "./admitSession";
import type { ConnectInput, ConnectOutput } from "./schemas";
import { createTicket, storeTicket } from "./tickets";

/**
 * Opens a voice session, or takes up one's own open one again, and gives a ticket for the relay.
 * Costs one transaction: 2 reads, 3 with a scenario of the user's own, and at most 3 writes.
 */
export async function connectVoice(ctx: Ctx, input: ConnectInput): Promise<ConnectOutput> {
  const { uid } = requireCaller(ctx);
  if (input.userId !== uid) throw new AppError("permission_denied", "Unauthorized");
  const relayUrl = requireSetting(ctx.config.RELAY_URL, "RELAY_URL");
  const claims = { sessionId: input.sessionId, userId: uid };
  const ticket = createTicket(ctx, claims);
  const session = await transact(ctx.db, async (tx) => {
    const admitted = await admitSession(ctx, tx, input);
    storeTicket(ctx, tx, ticket, claims);
    return admitted;
  });
  ctx.log.info("voice session connected", { sessionId: session.sessionId });
  return {
    wsUrl: socketUrl(relayUrl, ticket),
    sessionId: session.sessionId,
    expiresAt: session.expiresAt.toDate().toISOString(),
  };
}

function socketUrl(relayUrl: string, ticket: string): string {
  const url = new URL(`${relayUrl.replace(/^http/, "ws")}/api/realtime`);
  url.searchParams.set("ticket", ticket);
  return url.toString();
}
