import { type Ctx, requireCaller, requireSetting } from "../core/ctx";
import { AppError } from "../core/errors";
import { isThere, transact } from "../core/firestore";
import { admitSession, wasAdmitted } from "./admitSession";
import type { ConnectInput, RelayOutput, WebrtcOutput } from "./schemas";
import { createTicket, storeTicket, ticketReference } from "./tickets";

/** Where a client sends its offer: `startRealtimeCall`. */
export const CALLS_PATH = "/api/v1/webrtc/calls";

/**
 * Opens a voice session, or takes up one's own open one again, and gives a ticket for the relay; over WebRTC, the
 * address that takes the client's offer.
 * Costs one transaction: 2 reads, 3 with a scenario of the user's own, and at most 3 writes.
 */
export async function connectVoice(
  ctx: Ctx,
  input: ConnectInput & { transport?: "relay" },
): Promise<RelayOutput>;
export async function connectVoice(ctx: Ctx, input: ConnectInput): Promise<RelayOutput | WebrtcOutput>;
export async function connectVoice(ctx: Ctx, input: ConnectInput): Promise<RelayOutput | WebrtcOutput> {
  const { uid } = requireCaller(ctx);
  if (input.userId !== uid) throw new AppError("permission_denied", "Unauthorized");
  return input.transport === "webrtc" ? connectWebrtc(ctx, input) : connectRelay(ctx, input);
}

async function connectRelay(ctx: Ctx, input: ConnectInput): Promise<RelayOutput> {
  const relayUrl = requireSetting(ctx.config.RELAY_URL, "RELAY_URL");
  const claims = { sessionId: input.sessionId, userId: input.userId };
  const ticket = createTicket(ctx, claims);
  const session = await transact(
    ctx.db,
    async (tx) => {
      const admitted = await admitSession(ctx, tx, input);
      storeTicket(ctx, tx, ticket, claims);
      return admitted;
    },
    isThere(ticketReference(ctx, ticket)),
  );
  ctx.log.info("voice session connected", { sessionId: session.sessionId });
  return {
    wsUrl: socketUrl(relayUrl, ticket),
    sessionId: session.sessionId,
    expiresAt: session.expiresAt.toDate().toISOString(),
  };
}

/** The same without a ticket: whoever then sends an offer proves who they are. 2 reads, 3 with a scenario, 2 writes. */
async function connectWebrtc(ctx: Ctx, input: ConnectInput): Promise<WebrtcOutput> {
  const publicUrl = requireSetting(ctx.config.PUBLIC_URL, "PUBLIC_URL");
  const admission = { ...input, kind: "webrtc" as const, connectId: ctx.newId() };
  const session = await transact(
    ctx.db,
    (tx) => admitSession(ctx, tx, admission),
    wasAdmitted(ctx, admission),
  );
  ctx.log.info("voice session connected", { sessionId: session.sessionId, transport: "webrtc" });
  return {
    callsUrl: `${publicUrl}${CALLS_PATH}`,
    sessionId: session.sessionId,
    expiresAt: session.expiresAt.toDate().toISOString(),
  };
}

function socketUrl(relayUrl: string, ticket: string): string {
  const url = new URL(`${relayUrl.replace(/^http/, "ws")}/api/realtime`);
  url.searchParams.set("ticket", ticket);
  return url.toString();
}
