import type { ClientSecretCreateResponse } from "openai/resources/realtime/client-secrets";
import { z } from "zod";
import { newId } from "./ids.js";
import { parseOrRefuse } from "./invalidRequest.js";
import { defaultSession, mergeSession, type SessionConfig } from "./sessionConfig.js";

const bodySchema = z.strictObject({
  expires_after: z
    .strictObject({
      anchor: z.literal("created_at").optional(),
      seconds: z.int().min(10).max(7_200).optional(),
    })
    .optional(),
  session: z.looseObject({}).optional(),
});

const DEFAULT_LIFETIME_SECONDS = 600;
const MAX_LIVE_SECRETS = 10_000;

interface Secret {
  expiresAtMs: number;
  session: SessionConfig;
  /** The secret's session named its model, so the connection need not. */
  modelFixed: boolean;
  /** The standard key that made it: the calls it opens are that one's. */
  ownerKey: string | undefined;
}

/** Ephemeral keys: reusable until they expire, and the sessions they open outlive them. */
export class ClientSecrets {
  private readonly secrets = new Map<string, Secret>();

  constructor(private readonly now: () => number = Date.now) {}

  /** `POST /v1/realtime/client_secrets`; throws InvalidRequest on a bad body. */
  create(body: unknown, ownerKey?: string): ClientSecretCreateResponse {
    this.dropExpired();
    const { expires_after, session } = parseOrRefuse(bodySchema, body);
    const nowMs = this.now();
    const expiresAt = Math.floor(nowMs / 1000) + (expires_after?.seconds ?? DEFAULT_LIFETIME_SECONDS);
    const blank = defaultSession(newId("sess"), 0);
    const limits = { modelFixed: false, voiceFixed: false, speaking: false };
    const config = session ? mergeSession(blank, session, limits) : blank;
    const value = newId("ek");
    this.secrets.set(value, {
      expiresAtMs: expiresAt * 1000,
      session: config,
      modelFixed: session?.model !== undefined,
      ownerKey,
    });
    // Off is null on the wire; the SDK's types have an absent field.
    return { value, expires_at: expiresAt, session: config } as unknown as ClientSecretCreateResponse;
  }

  /** The session that a live secret opens. */
  find(value: string): Secret | undefined {
    const secret = this.secrets.get(value);
    return secret && secret.expiresAtMs > this.now() ? secret : undefined;
  }

  private dropExpired(): void {
    const nowMs = this.now();
    for (const [value, secret] of this.secrets) {
      const isFull = this.secrets.size >= MAX_LIVE_SECRETS;
      if (isFull || secret.expiresAtMs <= nowMs) this.secrets.delete(value);
    }
  }
}
