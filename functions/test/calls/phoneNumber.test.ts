import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { callableNumber } from "../../src/calls/phoneNumber";
import { AppError } from "../../src/core/errors";

const OWN = "+14155550100";
const call = (written: string, CALL_COUNTRIES: string[] = ["US", "CA", "GB", "DE", "AU", "RU"]) =>
  callableNumber(written, OWN, { CALL_COUNTRIES });

describe("a number to call", () => {
  it("is taken as people write it, and made E.164", () => {
    assert.equal(call("+1 (415) 555-2671"), "+14155552671");
    assert.equal(call("(415) 555-2671"), "+14155552671");
    assert.equal(call("+44 20 7946 0958"), "+442079460958");
    assert.equal(call("+49 30 901820"), "+4930901820");
  });

  for (const [what, written] of [
    ["words", "call me"],
    ["nothing", " "],
    ["too few digits", "+1415555"],
    ["too many digits", "+141555526711234567"],
    ["a number within text", "call +14155552671 now"],
    ["two numbers", "+14155552671,+14155552672"],
    ["an extension", "+14155552671;ext=12"],
    ["an area that does not exist", "+10005552671"],
    ["an American emergency number", "911"],
    ["a European emergency number", "112"],
    ["an emergency number with its country", "+49112"],
    ["a British emergency number", "+44999"],
    ["a crisis line", "988"],
    ["directory enquiries", "411"],
    ["a short code", "+140404"],
    ["a premium-rate number", "+19005551234"],
    ["a British premium-rate number", "+449098790000"],
    ["a German premium-rate number", "+499001234567"],
    ["a British personal number", "+447012345678"],
    ["an American personal number", "+15002345678"],
    ["a satellite phone, Australia", "+61147123456"],
    ["a satellite phone, Russia", "+79541234567"],
    ["a British number of shared cost", "+448431234567"],
    ["a satellite phone, Iridium", "+881612345678"],
    ["a satellite phone, Inmarsat", "+870773123456"],
    ["an international network", "+882161234567"],
    ["international premium rate", "+979123456789"],
    ["international shared cost", "+80812345678"],
    ["our own number", OWN],
    ["our own number, written otherwise", "415-555-0100"],
    ["a country that is not allowed", "+33142685300"],
    ["a SIP address", "sip:+14155552671@example.com"],
    ["a client of the phone provider", "client:ann"],
  ] as const) {
    it(`is not ${what}`, () => {
      assert.throws(
        () => call(written),
        (error) =>
          error instanceof AppError &&
          error.code === "invalid_argument" &&
          error.safeMessage.startsWith("phone_number: "),
      );
    });
  }

  it("is told that the settings are wrong where a country in them is none", () => {
    assert.throws(() => call("+14155552671", ["US", "UK"]), /CALL_COUNTRIES: UK/);
  });

  it("lies in the country of our own number, where none is allowed by name", () => {
    assert.equal(call("+14155552671", []), "+14155552671");
    assert.throws(() => call("+442079460958", []), /calls are allowed to US alone/);
    // One country code, and another country.
    assert.throws(() => call("+16135550123", []), /calls are allowed to US alone/);
    assert.equal(call("+16135550123", ["CA"]), "+16135550123");
    // Where calls cost ten times as much, behind what looks like an American number.
    assert.throws(() => call("+18765551234", ["US", "CA"]), /calls are allowed to US, CA alone/);
  });
});
