import { z } from "zod";

/** The body of `POST /control/google/clients`: an app that is registered at Google. */
export const clientSchema = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  /** Any address on this machine when left out. */
  redirectUris: z.array(z.string()).optional(),
  /** How long its access tokens are valid. */
  accessTokenSeconds: z.int().min(0).max(86_400).default(3_599),
  /** How long its authorization codes are valid. */
  codeSeconds: z.int().min(0).max(86_400).default(600),
});

export type Client = z.infer<typeof clientSchema>;
export type ClientInput = z.input<typeof clientSchema>;

const DEFAULT_ID = "simulated-client.apps.googleusercontent.com";
const DEFAULT_SECRET = "simulated-client-secret";
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/[^#]*)?$/;

/** The apps that the simulator knows, by their client ids. */
export class ClientList {
  private readonly clients = new Map<string, Client>();

  /** @throws ZodError */
  add(input: ClientInput): Client {
    const client = clientSchema.parse(input);
    this.clients.set(client.clientId, client);
    return client;
  }

  get(clientId: string): Client | undefined {
    return this.clients.get(clientId);
  }

  all(): Client[] {
    return [...this.clients.values()];
  }
}

/**
 * What is given wins, then GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and GOOGLE_REDIRECT_URI, then an app that no one has.
 */
export function clientFrom(given: Partial<ClientInput>, environment: NodeJS.ProcessEnv): ClientInput {
  const elsewhere = environment.GOOGLE_REDIRECT_URI || undefined;
  return {
    clientId: environment.GOOGLE_CLIENT_ID || DEFAULT_ID,
    clientSecret: environment.GOOGLE_CLIENT_SECRET || DEFAULT_SECRET,
    ...(elsewhere && !LOOPBACK.test(elsewhere) && { redirectUris: [elsewhere] }),
    ...given,
  };
}

/** Whether Google would send someone there: one of the registered addresses, letter by letter. */
export function isRegistered({ redirectUris }: Client, redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false;
  return redirectUris ? redirectUris.includes(redirectUri) : LOOPBACK.test(redirectUri);
}
