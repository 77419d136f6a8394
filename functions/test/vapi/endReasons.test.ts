import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { endReasonOf } from "../../src/vapi/endReasons";
import { END_REASONS } from "../../src/voice/schemas";
import { readFunctionsFile } from "../support/repositoryFiles";

/** Every reason that Vapi may give, from the published types of its SDK. */
function published(): string[] {
  const types = readFunctionsFile("node_modules/@vapi-ai/web/dist/api.d.ts");
  const [, report = ""] = types.split("export interface ServerMessageEndOfCallReport {");
  const [line = ""] = /endedReason: .*;/.exec(report) ?? [];
  return [...line.matchAll(/"([^"]+)"/g)].map(([, reason]) => reason ?? "");
}

describe("why a call of Vapi's has ended", () => {
  it("is one of our reasons, whatever Vapi may say", () => {
    const reasons = published();
    assert.ok(reasons.length > 100, `${reasons.length}`);
    for (const reason of [...reasons, "", "something new"])
      assert.ok(END_REASONS.includes(endReasonOf(reason)), reason);
  });

  it("is what it means; errors and what is not known are failures, and untold is as most end", () => {
    const known = {
      "customer-ended-call": "hangup",
      "assistant-ended-call": "assistant",
      "assistant-ended-call-with-hangup-task": "assistant",
      "assistant-ended-call-after-message-spoken": "assistant",
      "assistant-said-end-call-phrase": "assistant",
      "assistant-forwarded-call": "transferred",
      "exceeded-max-duration": "expired",
      "silence-timed-out": "idle",
      voicemail: "voicemail",
      "customer-busy": "busy",
      "customer-did-not-answer": "no_answer",
      "manually-canceled": "canceled",
      "customer-did-not-give-microphone-permission": "failed",
      "pipeline-error-openai-voice-failed": "failed",
      "call.in-progress.error-vapifault-worker-died": "failed",
      "worker-shutdown": "failed",
      "something new": "failed",
    };
    for (const [reason, expected] of Object.entries(known))
      assert.equal(endReasonOf(reason), expected, reason);
    assert.equal(endReasonOf(undefined), "hangup");
    const failures = published().filter((reason) => /error|failed/.test(reason));
    assert.ok(failures.length > 50);
    for (const reason of failures) assert.equal(endReasonOf(reason), "failed", reason);
  });
});
