import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { eraseAgainAtProviders, eraseAtProviders } from "../../src/transcripts/eraseAtProviders";
import { providerErasures } from "../../src/transcripts/store";
import { type VapiWorld, vapiWorld } from "../support/vapi";

describe("What Vapi holds of a session that is erased", () => {
  let world: VapiWorld;
  before(async () => {
    world = await vapiWorld();
  });
  after(() => world.vapi.stop());
  const receipt = async (callId: string) => (await providerErasures(world.db).doc(callId).get()).data();
  const session = (callId: string | null) => ({ sessionId: "s1", userId: "ann", vapi: { callId } });

  /** A call of which the messages reach nobody. */
  async function heldCall(): Promise<string> {
    const { id } = await world.vapi.hold({ serverUrl: "http://127.0.0.1:9/vapi/events", turns: [] });
    return id;
  }

  it("is erased, with a receipt, and told of again it stays so", async () => {
    const callId = await heldCall();
    await eraseAtProviders(world.instance, session(callId));
    await eraseAtProviders(world.instance, session(callId));
    assert.deepEqual(
      [(await receipt(callId))?.what, (await receipt(callId))?.status],
      ["vapi_call", "erased"],
    );
    assert.ok(world.vapi.calls().every(({ id }) => id !== callId));
  });

  it("is nothing to erase where it is gone, or never was", async () => {
    await eraseAtProviders(world.instance, session("never-was"));
    assert.equal((await receipt("never-was"))?.status, "erased");
    await eraseAtProviders(world.instance, session(null));
  });

  it("is tried again where Vapi fails, or its key is missing", async () => {
    const callId = await heldCall();
    world.vapi.addFault({ status: 500, on: "call" });
    await eraseAtProviders(world.instance, session(callId));
    assert.equal((await receipt(callId))?.status, "pending");
    world.pass(24 * 60 * 60);
    await eraseAgainAtProviders(world.anew({ VAPI_API_KEY: undefined }));
    assert.equal((await receipt(callId))?.status, "pending");
    world.pass(24 * 60 * 60);
    await eraseAgainAtProviders(world.instance);
    assert.equal((await receipt(callId))?.status, "erased");
    assert.ok(!JSON.stringify(world.log).includes("private-key"));
  });
});
