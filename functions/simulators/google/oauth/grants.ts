import { isOf, type Whose } from "../caller.js";
import { newSecret } from "../ids.js";

/** What someone allowed an app: one for each pair of them, however many tokens there are. */
export interface Grant {
  clientId: string;
  account: string;
  scopes: string[];
  /** Allowed also while no one is there; only then are there refresh tokens. */
  isOffline: boolean;
  isRevoked: boolean;
}

/** What an authorization code stands for. */
export interface CodeDetails {
  grant: Grant;
  scopes: string[];
  redirectUri: string;
  challenge: { value: string; method: "plain" | "S256" } | undefined;
  nonce: string | undefined;
  givesRefreshToken: boolean;
}

export type AuthorizationCode = CodeDetails & { expiresAt: number; isUsed: boolean };
export interface AccessToken {
  grant: Grant;
  scopes: string[];
  expiresAt: number;
}
export interface RefreshToken {
  grant: Grant;
  scopes: string[];
  isRevoked: boolean;
}

/** A grant as `GET /control/google/grants` shows it, without its tokens. */
export interface GrantView {
  clientId: string;
  account: string;
  scopes: string[];
  /** How many are valid now. */
  accessTokens: number;
  refreshTokens: number;
}

/** Beyond this the oldest is no longer valid: https://developers.google.com/identity/protocols/oauth2#expiration */
const REFRESH_TOKENS_MAX = 100;

/** Everything that was allowed, and every code and token for it; those that ended are kept, to say whose they were. */
export class GrantStore {
  readonly codes = new Map<string, AuthorizationCode>();
  readonly access = new Map<string, AccessToken>();
  readonly refresh = new Map<string, RefreshToken>();
  private grants: Grant[] = [];

  get(clientId: string, account: string): Grant | undefined {
    return this.grants.find((grant) => grant.clientId === clientId && grant.account === account);
  }

  /** Adds to what is allowed already. */
  allow(given: Pick<Grant, "clientId" | "account" | "scopes" | "isOffline">): Grant {
    const known = this.get(given.clientId, given.account);
    if (!known) {
      const grant = { ...given, isRevoked: false };
      this.grants.push(grant);
      return grant;
    }
    known.scopes = [...new Set([...known.scopes, ...given.scopes])];
    known.isOffline ||= given.isOffline;
    return known;
  }

  issueCode(details: CodeDetails, expiresAt: number): string {
    const code = newSecret("code");
    this.codes.set(code, { ...details, expiresAt, isUsed: false });
    return code;
  }

  issueAccess(grant: Grant, scopes: string[], expiresAt: number): string {
    const secret = newSecret("access");
    this.access.set(secret, { grant, scopes, expiresAt });
    return secret;
  }

  issueRefresh(grant: Grant, scopes: string[]): string {
    const secret = newSecret("refresh");
    this.refresh.set(secret, { grant, scopes, isRevoked: false });
    const valid = [...this.refresh.values()].filter((token) => token.grant === grant && !token.isRevoked);
    for (const token of valid.slice(0, -REFRESH_TOKENS_MAX)) token.isRevoked = true;
    return secret;
  }

  isValid({ grant, expiresAt }: AccessToken, now: number): boolean {
    return !grant.isRevoked && now < expiresAt;
  }

  /** Ends grants, and every token for them, as at https://myaccount.google.com/connections; gives how many. */
  revoke(whose: Whose): number {
    const ended = this.grants.filter((grant) => isOf(grant, whose));
    for (const grant of ended) grant.isRevoked = true;
    this.grants = this.grants.filter((grant) => !grant.isRevoked);
    return ended.length;
  }

  /** Ends access tokens as their time does; gives how many. */
  expire(whose: Whose, now: number): number {
    const ended = [...this.access.values()].filter(
      (token) => isOf(token.grant, whose) && this.isValid(token, now),
    );
    for (const token of ended) token.expiresAt = now;
    return ended.length;
  }

  view(whose: Whose, now: number): GrantView[] {
    const access = [...this.access.values()].filter((token) => this.isValid(token, now));
    const refresh = [...this.refresh.values()].filter(({ isRevoked }) => !isRevoked);
    return this.grants
      .filter((grant) => isOf(grant, whose))
      .map((grant) => ({
        clientId: grant.clientId,
        account: grant.account,
        scopes: grant.scopes,
        accessTokens: access.filter((token) => token.grant === grant).length,
        refreshTokens: refresh.filter((token) => token.grant === grant).length,
      }));
  }
}
