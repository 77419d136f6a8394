import type { Hook } from "../call/callRequest.js";
import type { Form } from "./form.js";
import { RestRefusal } from "./refusal.js";

/** An address that Twilio shall ask, and how; undefined when it is not given. @throws RestRefusal */
export function hookOf(form: Form, urlName: string, methodName = `${urlName}Method`): Hook | undefined {
  const url = form.get(urlName);
  const method = methodOf(form, methodName);
  if (url === null || url === "") return undefined;
  if (!isWebAddress(url)) throw new RestRefusal(21205, `${urlName}: ${url}`);
  return { url, method };
}

/** Twilio resolves no relative addresses here. */
export function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^/?#]+/i.test(url) && URL.canParse(url);
}

function methodOf(form: Form, name: string): "GET" | "POST" {
  const method = (form.get(name) || "POST").toUpperCase();
  if (method === "GET" || method === "POST") return method;
  throw new RestRefusal(21209, `${name}: ${method}`);
}
