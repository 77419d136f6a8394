import { signatureOf } from "../../src/providers/twilioSignature";
import { type Answer, send } from "./http";
import { fromStack } from "./stackEnvironment";

/** What Twilio would post: signed with the account's token, over the address that the stack is configured with. */
export function postAsTwilio(
  path: string,
  fields: Record<string, string>,
  { authToken = fromStack("TWILIO_AUTH_TOKEN"), url = fromStack("HOSTING_URL") + path } = {},
): Promise<Answer> {
  return postForm(path, fields, { "X-Twilio-Signature": signatureOf(authToken, { url, fields }) });
}

/** A form as anybody may post it. */
export function postForm(
  path: string,
  fields: Record<string, string> | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return send(path, {
    method: "POST",
    body: typeof fields === "string" ? fields : new URLSearchParams(fields).toString(),
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
  });
}
