import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { isPlainDelta } from "../../src/providers/plainDelta";

const chunk = (content: string, more: object = {}) => ({
  id: "chatcmpl-A1b2",
  object: "chat.completion.chunk",
  created: 1_795_266_038,
  model: "gpt-6-luna",
  service_tier: "default",
  system_fingerprint: null,
  choices: [{ index: 0, delta: { content }, finish_reason: null, ...more }],
  usage: null,
  obfuscation: "kLF2jPzYvkfxcYxa",
});
const plain = JSON.stringify(chunk(" word"));

describe("a plain delta", () => {
  it("is known whatever it says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => isPlainDelta(JSON.stringify(chunk(text)))),
    );
    assert.ok(
      isPlainDelta(plain.replace('"service_tier":"default",', "").replace(/,"obfuscation":"\w+"/, "")),
    );
    assert.ok(isPlainDelta(plain.replace("null,", '"fp_12ab",')));
  });

  it("is not what ends an answer, tells the usage, calls a tool, or is an error", () => {
    const { obfuscation: _, ...bare } = chunk(" word");
    for (const other of [
      chunk("", { finish_reason: "stop" }),
      chunk("", { delta: {} }),
      chunk("", { delta: { role: "assistant", content: "" } }),
      chunk("", { delta: { tool_calls: [] } }),
      { ...bare, choices: [] },
      { ...bare, usage: { total_tokens: 1 } },
      { ...bare, choices: [...bare.choices, ...bare.choices] },
      { error: { message: "no" } },
    ]) {
      assert.ok(!isPlainDelta(JSON.stringify(other)), JSON.stringify(other));
    }
  });

  it("that was tampered with in one character is not one, or still is JSON of the same shape", () => {
    const anyChange = fc.tuple(fc.nat(plain.length - 1), fc.string({ unit: "binary", maxLength: 3 }));
    fc.assert(
      fc.property(anyChange, ([at, instead]) => {
        const changed = plain.slice(0, at) + instead + plain.slice(at + 1);
        if (!isPlainDelta(changed)) return;
        const { choices, usage } = JSON.parse(changed);
        assert.equal(typeof choices[0].delta.content, "string");
        assert.deepEqual([choices.length, choices[0].finish_reason, usage], [1, null, null]);
      }),
      { numRuns: 20_000 },
    );
  });
});
