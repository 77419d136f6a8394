import { getExpectedTwilioSignature, validateRequest } from "twilio/lib/webhooks/webhooks";

/** What Twilio signed: the URL as Twilio knows it, and the fields of a form that it posted. */
export interface SignedRequest {
  url: string;
  fields?: Record<string, string | string[]>;
}

/**
 * Whether Twilio signed a request, with the account's token.
 * https://www.twilio.com/docs/usage/security#validating-requests
 */
export function isSignedByTwilio(
  authToken: string,
  signature: string | undefined,
  { url, fields = {} }: SignedRequest,
): boolean {
  return signature !== undefined && validateRequest(authToken, signature, url, fields);
}

/** The signature that Twilio gives a request. */
export function signatureOf(authToken: string, { url, fields = {} }: SignedRequest): string {
  return getExpectedTwilioSignature(authToken, url, fields);
}
