import { type Answer, Refused } from "../api.js";
import { html, pageAnswer } from "./html.js";

/** What is wrong with an app's request is shown to the user, as Google does: the app may not be trusted with it. */
export function refuseOnPage(status: number, error: string, description: string): never {
  throw new Refused(errorPage(status, error, description));
}

export function errorPage(status: number, error: string, description: string): Answer {
  return pageAnswer(
    status,
    "Authorization error",
    html`<h1>Access blocked: authorization error</h1>
<p>${description}</p>
<p>Error ${status}: ${error}</p>`,
  );
}
