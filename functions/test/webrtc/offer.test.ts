import assert from "node:assert/strict";
import fc from "fast-check";
import { isOffer } from "../../src/webrtc/offer";
import { OFFER } from "../support/sdp";

describe("An SDP offer", () => {
  it("is what a client makes, with either kind of line ends", () => {
    assert.ok(isOffer(OFFER));
    assert.ok(isOffer(OFFER.replaceAll("\r\n", "\n")));
    assert.ok(isOffer(OFFER.trimEnd()));
  });

  for (const [what, text] of Object.entries({
    nothing: "",
    "another text": "hello",
    JSON: '{"type":"offer"}',
    "one without audio": OFFER.replace("m=audio", "m=video"),
    "one without ICE": OFFER.replaceAll("a=ice-ufrag", "a=ice-x"),
    "one without DTLS": OFFER.replaceAll("a=fingerprint", "a=finger-x"),
    "one of which a line is no SDP": `${OFFER}GET / HTTP/1.1\r\n`,
    "one with an empty line": OFFER.replace("\r\n", "\r\n\r\n"),
    "one with a null": OFFER.replace("s=-", "s=\0"),
    "another version": OFFER.replace("v=0", "v=1"),
  })) {
    it(`is not ${what}`, () => assert.equal(isOffer(text), false));
  }

  it("is never a text at random, and no text takes long to look at", () => {
    fc.assert(fc.property(fc.string({ maxLength: 5_000 }), (text) => !isOffer(text)));
    const long = `v=0\r\n${"a=x\r\n".repeat(13_000)}`;
    assert.equal(isOffer(long), false);
  });
});
