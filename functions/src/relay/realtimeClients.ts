import { isAllowedOrigin } from "../core/origins";
import { attach } from "./attach";
import { readAudioMode } from "./audioMode";
import type { ClientKind } from "./clientKind";
import { RealtimeConnection } from "./realtimeConnection";

/** Apps and browsers that speak Realtime events. */
export const realtimeClients: ClientKind = {
  path: /^\/(api|v1)\/realtime$/,
  readsErrors: true,
  mayUpgrade({ headers: { origin } }, { ALLOWED_ORIGINS }) {
    return origin === undefined || isAllowedOrigin(origin, ALLOWED_ORIGINS);
  },
  async admit({ ctx, client, request, connection }) {
    // Before the ticket is used up.
    const audio = readAudioMode(request);
    const attached = await attach(ctx, request, connection);
    const { connectionId } = connection;
    return {
      attached,
      about: { audio },
      connect: (services) => new RealtimeConnection(services, client, attached, connectionId, audio),
    };
  },
};
