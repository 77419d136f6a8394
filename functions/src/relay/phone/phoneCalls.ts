import { AppError } from "../../core/errors";
import { attachByTicket, detachRelay } from "../../voice/relayConnection";
import { briefed } from "../briefing";
import type { ClientKind } from "../clientKind";
import { Inbox } from "./inbox";
import { PhoneConnection } from "./phoneConnection";
import { isSignedUpgrade } from "./signedUpgrade";
import { readStart } from "./streamStart";

/**
 * Twilio's media streams. The last part of the address names the call's scenario for whoever reads Twilio's console; what
 * is spoken is decided by the session that the token in the stream's `start` belongs to.
 */
export const phoneCalls: ClientKind = {
  path: /^\/media-stream\/[^/]{1,128}$/,
  readsErrors: false,
  mayUpgrade(request, config) {
    return request.headers.origin === undefined && isSignedUpgrade(request, config);
  },
  async admit({ ctx, limits, client, request, connection, signal }) {
    const inbox = new Inbox(client.socket);
    const { streamSid, start } = await readStart(client, inbox, limits, signal);
    const taken = await attachByTicket(ctx, start.customParameters.token, connection);
    const { connectionId } = connection;
    if (taken.session.kind !== "phone") {
      await detachRelay(ctx, taken.session.sessionId, connectionId);
      throw new AppError("permission_denied", "This session is not a phone call.");
    }
    const attached = await briefed(ctx, taken);
    const stream = { streamSid, inbox, wire: request.socket };
    return {
      attached,
      about: { callSid: start.callSid, streamSid },
      connect: (services) => new PhoneConnection(services, client, attached, connectionId, stream),
    };
  },
};
