import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { newId, randomToken, sha256, sign, verifySignature } from "../../src/core/ids";

describe("ids and signatures", () => {
  it("are never the same twice", () => {
    const made = new Set(Array.from({ length: 1_000 }, () => [newId(), randomToken()]).flat());
    assert.equal(made.size, 2_000);
    assert.match(newId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.match(randomToken(16), /^[\w-]{22}$/);
  });

  it("hash as SHA-256 does", () => {
    assert.equal(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("verify only with the same secret, purpose and text", () => {
    const signature = sign("secret", "ticket", "text");
    assert.equal(verifySignature("secret", "ticket", "text", signature), true);
    assert.equal(verifySignature("other", "ticket", "text", signature), false);
    assert.equal(verifySignature("secret", "state", "text", signature), false);
    assert.equal(verifySignature("secret", "ticket", "Text", signature), false);
    for (const wrong of ["", "x", `${signature}x`, signature.slice(1), "é".repeat(signature.length)]) {
      assert.equal(verifySignature("secret", "ticket", "text", wrong), false);
    }
  });
});
