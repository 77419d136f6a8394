import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { newId } from "../../src/core/ids";
import { type Answer, type Sent, send } from "./http";

export const PASSWORD = "correct horse battery";

/** An e-mail address that nobody else uses. */
export const freshEmail = () => `${newId()}@example.com`;

/** A caller at a network address of their own, as Hosting tells it, so that no limit of others binds them. */
export function fromElsewhere(): Record<string, string> {
  return { "fastly-client-ip": `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}` };
}

/** Sends to an endpoint of the assistant's family, from an address of its own. */
export function ask(method: string, path: string, sent: Sent = {}): Promise<Answer> {
  return send(path, { ...sent, method, headers: { ...fromElsewhere(), ...sent.headers } });
}

export interface Account {
  id: string;
  email: string;
  accessToken: string;
  refreshToken: string;
}

/** A user who has registered and signed in over HTTPS. */
export async function account(email = freshEmail()): Promise<Account> {
  const credentials = { email, password: PASSWORD };
  const registered = await ask("POST", "/auth/register", { body: credentials });
  assert.equal(registered.status, 201, registered.text);
  const { body, status, text } = await ask("POST", "/auth/login", { body: credentials });
  assert.equal(status, 200, text);
  const { user, access_token, refresh_token } = body as {
    user: { id: string };
    access_token: string;
    refresh_token: string;
  };
  return { id: user.id, email, accessToken: access_token, refreshToken: refresh_token };
}

/** Asserts the shape of the assistant family's errors, and that nothing of the inside shows. */
export function assertDetail(answer: Answer, status: number, field?: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(Object.keys(answer.body as object), ["detail", "status_code"]);
  const { detail, status_code } = answer.body as { detail: string; status_code: number };
  assert.equal(status_code, status);
  assert.doesNotMatch(answer.text, /<html|node_modules|\.js:\d|at \w+ \(/i);
  if (field !== undefined) assert.ok(detail.startsWith(`${field}: `), `${detail} names ${field}`);
}
