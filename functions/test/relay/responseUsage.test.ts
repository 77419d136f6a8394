import assert from "node:assert/strict";
import { responseUsage } from "../../src/relay/responseUsage";
import { serverEvent } from "../../src/relay/serverEvents";

const NOW = new Date("2026-11-20T12:00:00.000Z");
const PRICE = { textIn: 4, textCachedIn: 0.4, textOut: 24, audioIn: 32, audioCachedIn: 0.4, audioOut: 64 };

function done(usage: unknown) {
  const event = serverEvent.parse({ type: "response.done", response: { id: "resp_1", usage } });
  assert.ok(event.type === "response.done");
  return event;
}

describe("What a response used", () => {
  it("is told by kind, with cached tokens as a part of the input, and priced", () => {
    const used = responseUsage(
      done({
        total_tokens: 1_000,
        input_tokens: 700,
        output_tokens: 300,
        input_token_details: {
          text_tokens: 300,
          audio_tokens: 400,
          cached_tokens: 150,
          cached_tokens_details: { text_tokens: 100, audio_tokens: 50 },
        },
        output_token_details: { text_tokens: 60, audio_tokens: 240 },
      }),
      "gpt-realtime-2.1",
      PRICE,
      NOW,
    );
    assert.ok(used);
    const { createdAt, ...rest } = used.used;
    assert.equal(used.responseId, "resp_1");
    assert.equal(createdAt.toMillis(), NOW.getTime());
    assert.deepEqual(rest, {
      responses: 1,
      model: "gpt-realtime-2.1",
      textIn: 300,
      textCachedIn: 100,
      textOut: 60,
      audioIn: 400,
      audioCachedIn: 50,
      audioOut: 240,
      // (200×4 + 100×0.4 + 60×24 + 350×32 + 50×0.4 + 240×64) / 1,000,000
      costUsd: 0.02886,
    });
  });

  it("has an unknown cost, not none, where the model has no price", () => {
    const used = responseUsage(done({ input_token_details: { text_tokens: 5 } }), "other", undefined, NOW);
    assert.equal(used?.used.costUsd, null);
    assert.equal(used.used.textIn, 5);
  });

  it("is nothing where the model reports none", () => {
    assert.equal(responseUsage(done(null), "gpt-realtime-2.1", PRICE, NOW), undefined);
    assert.equal(responseUsage(done(undefined), "gpt-realtime-2.1", PRICE, NOW), undefined);
  });

  it("counts what is left out as zero", () => {
    const used = responseUsage(
      done({ input_token_details: { text_tokens: 7 }, output_token_details: null }),
      "gpt-realtime-2.1",
      PRICE,
      NOW,
    );
    assert.deepEqual(
      [used?.used.textIn, used?.used.audioIn, used?.used.textOut, used?.used.audioOut],
      [7, 0, 0, 0],
    );
  });
});
