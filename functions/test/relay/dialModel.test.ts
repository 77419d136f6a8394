import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { KeyPool } from "../../src/providers/keyPool";
import { dialModel } from "../../src/relay/dialModel";

const OLD = "sk-revoked-0001";
const NEW = "sk-valid-0002";

describe("Dialling the model while keys are rotated", () => {
  let model: OpenAiSimulator;
  before(async () => {
    model = await startOpenAiSimulator();
  });
  after(() => model.stop());

  it("takes the new keys also where somebody else has read them meanwhile", async () => {
    model.addFault({ kind: "handshake_401", key: OLD, times: 1_000 });
    const keys = new KeyPool([OLD]);
    const options = {
      url: model.realtimeUrl,
      target: { model: "gpt-realtime-2.1" },
      handshakeTimeoutMs: 5_000,
      signal: new AbortController().signal,
      onFailure: () => void keys.replace([NEW]),
    };
    // As a file does whose news was taken already.
    const keyFile = { refresh: async () => false } as unknown as Parameters<typeof dialModel>[0]["keyFile"];
    const { socket, key } = await dialModel({ keys, keyFile }, options);
    assert.equal(key, NEW);
    socket.terminate();
  });
});
