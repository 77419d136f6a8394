import { createHash, createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Account } from "../accounts.js";

export const ISSUER = "https://accounts.google.com";
const KEY_ID = "simulated";

interface IdTokenInput {
  account: Account;
  clientId: string;
  scopes: string[];
  nonce: string | undefined;
  accessToken: string;
  now: number;
  seconds: number;
}

/** Signs id tokens with a key of its own, which is made when it is first needed. */
export class IdTokenSigner {
  private pair: { publicKey: KeyObject; privateKey: KeyObject } | undefined;

  sign(input: IdTokenInput): string {
    const header = encode({ alg: "RS256", kid: KEY_ID, typ: "JWT" });
    const signed = `${header}.${encode(claimsOf(input))}`;
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(this.keys.privateKey, "base64url")}`;
  }

  /** The public key as `/oauth2/v1/certs` has it. */
  pem(): Record<string, string> {
    return { [KEY_ID]: this.keys.publicKey.export({ type: "spki", format: "pem" }).toString() };
  }

  /** The public key as `/oauth2/v3/certs` has it. */
  jwks() {
    const jwk = this.keys.publicKey.export({ format: "jwk" });
    return { keys: [{ ...jwk, kid: KEY_ID, alg: "RS256", use: "sig" }] };
  }

  private get keys() {
    this.pair ??= generateKeyPairSync("rsa", { modulusLength: 2_048 });
    return this.pair;
  }
}

function claimsOf({ account, clientId, scopes, nonce, accessToken, now, seconds }: IdTokenInput) {
  const issuedAt = Math.floor(now / 1_000);
  const has = (name: string) => scopes.some((scope) => scope.endsWith(`/userinfo.${name}`));
  const hash = createHash("sha256").update(accessToken).digest().subarray(0, 16);
  return {
    iss: ISSUER,
    azp: clientId,
    aud: clientId,
    sub: account.subject,
    ...(has("email") && { email: account.email, email_verified: true }),
    at_hash: hash.toString("base64url"),
    ...(nonce !== undefined && { nonce }),
    ...(has("profile") && { name: account.name }),
    iat: issuedAt,
    exp: issuedAt + Math.max(seconds, 1),
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
