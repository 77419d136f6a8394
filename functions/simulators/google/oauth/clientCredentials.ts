import type { ApiRequest } from "../api.js";
import type { Client } from "../clients.js";
import { refuse } from "./refusals.js";

/** The client id that a request names, in its form or by HTTP Basic. */
export function clientIdOf(request: ApiRequest): string | undefined {
  return credentialsOf(request).clientId;
}

/** The app that sends the request, by its id and secret. @throws Refused */
export function authenticateClient(request: ApiRequest): Client {
  const { clientId, clientSecret } = credentialsOf(request);
  if (!clientId) return refuse("invalid_request", "Could not determine client ID from request.");
  const client = request.world.clients.get(clientId);
  if (!client) return refuse("invalid_client", "The OAuth client was not found.", 401);
  if (!clientSecret) return refuse("invalid_request", "client_secret is missing.");
  if (clientSecret === client.clientSecret) return client;
  return refuse("invalid_client", "The provided client secret is invalid.", 401);
}

function credentialsOf({ headers, form }: ApiRequest): {
  clientId?: string | undefined;
  clientSecret?: string | undefined;
} {
  const [, basic] = /^Basic +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  if (basic === undefined) {
    return {
      clientId: form.get("client_id") ?? undefined,
      clientSecret: form.get("client_secret") ?? undefined,
    };
  }
  const [clientId, ...secret] = Buffer.from(basic, "base64").toString().split(":");
  return { clientId, clientSecret: secret.join(":") };
}
