import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { NotOpened, open, seal } from "../../src/core/sealedText";

const SECRET = "a secret of more than thirty-two characters";
const OTHER = "another secret of more than thirty-two chars";
const CONTEXT = { purpose: "token", subject: "ann" };

describe("a sealed text", () => {
  it("is opened by its own key alone, also where that is not the first any more", () => {
    for (const text of ["", "1//refresh", "ü🙂".repeat(1_000)]) {
      const sealed = seal(SECRET, CONTEXT, text);
      assert.equal(open([SECRET], CONTEXT, sealed), text);
      assert.equal(open([OTHER, SECRET], CONTEXT, sealed), text);
      assert.throws(() => open([OTHER], CONTEXT, sealed), NotOpened);
      assert.throws(() => open([], CONTEXT, sealed), NotOpened);
    }
  });

  it("is never the same twice, and shows neither text nor secret", () => {
    const [one, two] = [seal(SECRET, CONTEXT, "refresh-token"), seal(SECRET, CONTEXT, "refresh-token")];
    assert.notEqual(one, two);
    assert.equal(one.split(".")[1], two.split(".")[1], "the key's id is");
    for (const hidden of ["refresh", SECRET, Buffer.from("refresh").toString("base64url")]) {
      assert.ok(!one.includes(hidden));
    }
  });

  it("belongs to its subject and purpose: it opens nowhere else", () => {
    const sealed = seal(SECRET, CONTEXT, "x");
    for (const other of [
      { ...CONTEXT, subject: "bob" },
      { ...CONTEXT, purpose: "another token" },
      { purpose: "to", subject: "kenann" },
    ]) {
      assert.throws(() => open([SECRET], other, sealed), NotOpened);
    }
  });

  it("is not opened where anything in it was changed, cut off or made up", () => {
    const sealed = seal(SECRET, CONTEXT, "some text");
    const [version, id, body = ""] = sealed.split(".");
    for (let at = 0; at < body.length; at += 1) {
      const changed = body.slice(0, at) + (body[at] === "A" ? "B" : "A") + body.slice(at + 1);
      if (Buffer.from(changed, "base64url").equals(Buffer.from(body, "base64url"))) continue;
      assert.throws(() => open([SECRET], CONTEXT, [version, id, changed].join(".")), NotOpened);
    }
    for (const made of ["", "x", `${version}.${id}.`, `v2.${id}.${body}`, body, `${version}.${id}.AAAA`]) {
      assert.throws(() => open([SECRET], CONTEXT, made), NotOpened, made);
    }
  });
});
