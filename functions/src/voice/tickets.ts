import { Timestamp, type Transaction } from "firebase-admin/firestore";
import { z } from "zod";
import { type Ctx, requireSetting } from "../core/ctx";
import { AppError } from "../core/errors";
import { randomToken, sha256, sign, verifySignature } from "../core/ids";
import { TICKET_TTL_SECONDS } from "./limits";
import { type Reference, type Snapshot, type TicketDoc, tickets } from "./store";

const PURPOSE = "relay-ticket";
const MAX_TICKET_CHARACTERS = 1_024;

// s: session, u: user, e: expiry in ms since the epoch, n: nonce.
const payloadSchema = z.strictObject({ s: z.string(), u: z.string(), e: z.number(), n: z.string() });

/** What a ticket proves, once its signature and its age were checked; its single use is checked when redeemed. */
export interface TicketClaims {
  sessionId: string;
  userId: string;
}

/** A ticket for one socket to the relay: signed, so that forged and late ones cost no read. */
export function createTicket(ctx: Ctx, claims: TicketClaims): string {
  const payload = Buffer.from(
    JSON.stringify({
      s: claims.sessionId,
      u: claims.userId,
      e: ctx.now().getTime() + TICKET_TTL_SECONDS * 1_000,
      n: randomToken(16),
    }),
  ).toString("base64url");
  return `${payload}.${sign(signingKey(ctx), PURPOSE, payload)}`;
}

/** Stores the ticket's hash, never the ticket. */
export function storeTicket(ctx: Ctx, tx: Transaction, ticket: string, claims: TicketClaims): void {
  tx.set(ticketReference(ctx, ticket), {
    ...claims,
    expiresAt: Timestamp.fromMillis(ctx.now().getTime() + TICKET_TTL_SECONDS * 1_000),
  });
}

/** @throws AppError unauthenticated for a ticket that is malformed, forged or late */
export function verifyTicket(ctx: Ctx, ticket: string): TicketClaims {
  const [payload, signature, ...rest] = ticket.slice(0, MAX_TICKET_CHARACTERS).split(".");
  if (!payload || !signature || rest.length > 0) throw refusal();
  if (!verifySignature(signingKey(ctx), PURPOSE, payload, signature)) throw refusal();
  const parsed = payloadSchema.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString()));
  if (!parsed.success || parsed.data.e <= ctx.now().getTime()) throw refusal();
  return { sessionId: parsed.data.s, userId: parsed.data.u };
}

/** Where a ticket waits to be redeemed; whoever deletes it in a transaction has used it. */
export function ticketReference(ctx: Ctx, ticket: string): Reference<TicketDoc> {
  return tickets(ctx.db).doc(sha256(ticket));
}

/** @throws AppError unauthenticated unless the ticket is unused and was given for just this user and session */
export function assertRedeemable(snapshot: Snapshot<TicketDoc>, claims: TicketClaims): void {
  const stored = snapshot.data();
  if (stored?.sessionId !== claims.sessionId || stored.userId !== claims.userId) throw refusal();
}

function signingKey(ctx: Ctx): string {
  return requireSetting(ctx.config.SECRET_KEY, "SECRET_KEY");
}

function refusal(): AppError {
  return new AppError(
    "unauthenticated",
    "This ticket is invalid, used or expired: connect again for a fresh one.",
  );
}
