import { isAllowedOrigin } from "../core/origins";
import { attach } from "./attach";
import { readAudioMode } from "./audioMode";
import { briefed } from "./briefing";
import type { ClientKind } from "./clientKind";
import { RealtimeConnection } from "./realtimeConnection";
import { serverTools } from "./serverTools";

/** Apps and browsers that speak Realtime events. */
export const realtimeClients = realtimeClientsWith(serverTools);

/** @param toolsOf gives the tools that the server runs for the model in a session */
export function realtimeClientsWith(toolsOf: typeof serverTools): ClientKind {
  return {
    path: /^\/(api|v1)\/realtime$/,
    readsErrors: true,
    mayUpgrade({ headers: { origin } }, { ALLOWED_ORIGINS }) {
      return origin === undefined || isAllowedOrigin(origin, ALLOWED_ORIGINS);
    },
    async admit({ ctx, client, request, connection }) {
      // Before the ticket is used up.
      const audio = readAudioMode(request);
      const attached = await briefed(ctx, await attach(ctx, request, connection));
      const { connectionId } = connection;
      return {
        attached,
        about: { audio },
        connect: (services) => {
          const tools = toolsOf(services.ctx, attached.session);
          return new RealtimeConnection(services, client, attached, connectionId, audio, tools);
        },
      };
    },
  };
}
