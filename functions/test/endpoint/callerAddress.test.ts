import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { callerAddress } from "../../src/endpoint/callerAddress";

const of = (headers: Record<string, string>, remoteAddress = "10.0.0.1") =>
  callerAddress({ headers, socket: { remoteAddress } } as Parameters<typeof callerAddress>[0]);

describe("the address of a caller", () => {
  it("is what Hosting says, else what the front end saw last, else the socket's", () => {
    const forwarded = "6.6.6.6, 192.0.2.7";
    assert.equal(of({ "fastly-client-ip": "192.0.2.1", "x-forwarded-for": forwarded }), "192.0.2.1");
    assert.equal(of({ "x-forwarded-for": forwarded }), "192.0.2.7");
    assert.equal(of({}), "10.0.0.1");
  });

  it("of IPv6 is the network of 64 bits, however it is written", () => {
    for (const address of ["2001:db8::1", "2001:0DB8:0:0:ffff::2", "2001:db8:0:0:1:2:3:4"])
      assert.equal(of({ "x-forwarded-for": address }), "2001:db8:0:0::/64");
    assert.equal(of({}, "::1"), "0:0:0:0::/64");
  });
});
