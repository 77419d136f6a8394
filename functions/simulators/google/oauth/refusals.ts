import { type Answer, Refused } from "../api.js";

/** Refuses as Google's token endpoint does: https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export function refuse(error: string, description: string, status = 400): never {
  throw new Refused(oauthError(error, description, status));
}

export function oauthError(error: string, description: string, status = 400): Answer {
  return { status, json: { error, error_description: description } };
}
