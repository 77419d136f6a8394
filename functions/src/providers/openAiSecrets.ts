import type { RealtimeSessionCreateRequest } from "openai/resources/realtime/realtime";
import { z } from "zod";
import { type OpenAiAccess, providerFailed, type RequestOptions, requestOpenAi } from "./openAi";

/** A key for one client, and the session that it opens. */
export interface ClientSecret {
  /** `ek_…`: may be used until it expires, more than once; what it opens outlives it. */
  value: string;
  /** s since the epoch */
  expiresAt: number;
  /** The session as OpenAI has configured it. */
  session: Record<string, unknown>;
}

const created = z.looseObject({
  value: z.string().min(1),
  expires_at: z.number().int(),
  session: z.looseObject({}),
});

/**
 * Makes an ephemeral key. One request, with each key of the pool until one works.
 * https://developers.openai.com/api/reference/resources/realtime/subresources/client_secrets
 * @param secondsToUse how long it may be used to open sessions, 10 to 7200
 * @throws AppError not_configured, provider_unavailable, provider_failed
 */
export async function createClientSecret(
  access: OpenAiAccess,
  session: object,
  secondsToUse: number,
  options: RequestOptions,
): Promise<ClientSecret> {
  const body = {
    expires_after: { anchor: "created_at" as const, seconds: secondsToUse },
    session: session as RealtimeSessionCreateRequest,
  };
  const answer = await requestOpenAi(access, options, (client, init) =>
    client.realtime.clientSecrets.create(body, init),
  );
  const parsed = created.safeParse(answer);
  if (!parsed.success) throw providerFailed(parsed.error);
  const { value, expires_at: expiresAt, session: made } = parsed.data;
  return { value, expiresAt, session: made };
}
