import { z } from "zod";
import { readScopes } from "./oauth/scopes.js";
import { tokenAnswer } from "./oauth/token.js";
import type { World } from "./world.js";

/** The body of `POST /control/google/grants`: someone allows an app something, without the consent page. */
export const grantSchema = z.strictObject({
  clientId: z.string(),
  account: z.string(),
  scope: z.string().min(1),
  /** With a refresh token. */
  offline: z.boolean().default(true),
});

export type GrantInput = z.input<typeof grantSchema>;

const tokensSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  expires_in: z.number(),
  scope: z.string(),
  token_type: z.string(),
});

export type Tokens = z.infer<typeof tokensSchema>;

/** Gives the tokens, as the token endpoint would. @throws Error, ZodError */
export function giveGrant(world: World, input: GrantInput): Tokens {
  const { clientId, account, scope, offline } = grantSchema.parse(input);
  const client = world.clients.get(clientId);
  if (!client) throw new Error(`No client ${clientId}.`);
  if (!world.accounts.get(account)) throw new Error(`No account ${account}.`);
  const { scopes } = readScopes(scope);
  const grant = world.grants.allow({ clientId, account, scopes, isOffline: offline });
  const refreshToken = offline ? world.grants.issueRefresh(grant, scopes) : undefined;
  return tokensSchema.parse(
    tokenAnswer(world, client, { grant, scopes, nonce: undefined, refreshToken }).json,
  );
}
