import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ConfigError, parseConfig } from "../../src/core/config";

describe("settings", () => {
  it("need nothing: what is optional is left undefined and the rest has its default", () => {
    const config = parseConfig({});
    assert.equal(config.OPENAI_REALTIME_API_URL, "wss://api.openai.com/v1/realtime");
    assert.equal(config.RELAY_URL, undefined);
    assert.equal(config.SECRET_KEY, undefined);
    assert.equal(config.ENFORCE_APP_CHECK, false);
    assert.deepEqual(config.openAiKeys, []);
    assert.deepEqual(config.ALLOWED_ORIGINS, []);
  });

  it("that are blank count as unset", () => {
    const blank = { OPENAI_API_KEY: " ", RELAY_URL: "", SECRET_KEY: "  ", ALLOWED_ORIGINS: " , ," };
    assert.equal(JSON.stringify(parseConfig(blank)), JSON.stringify(parseConfig({})));
  });

  it("that are wrong are all named in one message, which shows no value", () => {
    const wrong = {
      RELAY_URL: "ftp://hidden-relay",
      OPENAI_REALTIME_API_URL: "hidden-url",
      SECRET_KEY: "hidden-secret",
      ENFORCE_APP_CHECK: "hidden-flag",
      LOG_LEVEL: "hidden-level",
      OPENAI_PRICES: '{"hidden-model": {"textIn": -1}}',
    };
    assert.throws(
      () => parseConfig(wrong),
      (error) => {
        assert.ok(error instanceof ConfigError);
        for (const name of Object.keys(wrong))
          assert.match(error.message, new RegExp(`^  ${name} must`, "m"));
        assert.equal(error.message.split("\n").length, 1 + Object.keys(wrong).length);
        assert.doesNotMatch(error.message, /hidden/);
        return true;
      },
    );
  });

  it("give one pool of keys, in order and without repeats", () => {
    const { openAiKeys } = parseConfig({ OPENAI_API_KEY: "b", OPENAI_API_KEYS: " a, b ,,c" });
    assert.deepEqual(openAiKeys, ["b", "a", "c"]);
  });

  it("add prices to the list prices", () => {
    const mine = { textIn: 1, textCachedIn: 2, textOut: 3, audioIn: 4, audioCachedIn: 5, audioOut: 6 };
    const { OPENAI_PRICES } = parseConfig({ OPENAI_PRICES: JSON.stringify({ mine }) });
    assert.deepEqual(OPENAI_PRICES.mine, mine);
    assert.equal(OPENAI_PRICES["gpt-realtime-2.1"]?.audioOut, 64);
  });
});
