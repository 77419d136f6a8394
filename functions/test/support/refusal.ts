import assert from "node:assert/strict";
import type { Answer } from "./http";

/** Asserts the shape of the voice family's errors, and that nothing of the inside shows. */
export function assertRefusal(answer: Answer, status: number, field?: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
  assert.deepEqual(Object.keys(answer.body as object), ["error"]);
  assert.doesNotMatch(answer.text, /<html|node_modules|\.js:\d|at \w+ \(/i);
  const { error } = answer.body as { error: string };
  if (field !== undefined) assert.ok(error.startsWith(`${field}: `), `${error} names ${field}`);
}
