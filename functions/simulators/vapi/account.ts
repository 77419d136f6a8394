/** The organisation at Vapi that is simulated. */
export interface Account {
  orgId: string;
  /** Asks the API, and signs public tokens. */
  privateKey: string;
  /** Starts calls from browsers. */
  publicKey: string;
  assistantIds: string[];
  /** What Vapi sends with its messages. */
  webhookSecret: string;
}

/** What is given, completed from VAPI_… of the environment. */
export function accountFrom(given: Partial<Account>, env: Record<string, string | undefined>): Account {
  return {
    orgId: given.orgId ?? (env.VAPI_ORG_ID || "0b1f6f0e-0000-4000-8000-000000000001"),
    privateKey: given.privateKey ?? (env.VAPI_API_KEY || "simulated-vapi-private"),
    publicKey: given.publicKey ?? (env.VAPI_PUBLIC_API_KEY || "simulated-vapi-public"),
    assistantIds: given.assistantIds ?? [env.VAPI_ASSISTANT_ID || "0b1f6f0e-0000-4000-8000-000000000002"],
    webhookSecret: given.webhookSecret ?? (env.VAPI_WEBHOOK_SECRET || "simulated-webhook-secret"),
  };
}
