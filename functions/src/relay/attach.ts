import type { IncomingMessage } from "node:http";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { authenticate, checkApp } from "../core/idToken";
import {
  type AttachedSession,
  attachByTicket,
  attachByUser,
  type RelayConnection,
} from "../voice/relayConnection";
import { sessionId as sessionIdSchema } from "../voice/schemas";
import { readCredentials } from "./credentials";

/**
 * Finds out whom a socket speaks for and takes up the session it asks for.
 * @throws AppError unauthenticated, permission_denied, conflict, session_expired, rate_limited
 */
export async function attach(
  ctx: Ctx,
  request: IncomingMessage,
  connection: RelayConnection,
): Promise<AttachedSession> {
  const credentials = readCredentials(request);
  switch (credentials.kind) {
    case "ticket":
      return attachByTicket(ctx, credentials.ticket, connection);
    case "idToken": {
      const sessionId = sessionIdSchema.optional().safeParse(credentials.sessionId);
      if (!sessionId.success) throw new AppError("invalid_argument", "sessionId: is not valid");
      // A ticket needs none: it comes from a connect that was checked.
      const attestation = request.headers["x-firebase-appcheck"];
      if (ctx.config.ENFORCE_APP_CHECK) await checkApp(attestation?.toString());
      const { uid } = await authenticate(credentials.idToken, true);
      return attachByUser(ctx, { userId: uid, sessionId: sessionId.data }, connection);
    }
    case "none":
      throw new AppError("unauthenticated", "Send a ticket from connect, or your Firebase ID token.");
  }
}
