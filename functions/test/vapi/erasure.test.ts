import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { newCall } from "../../simulators/vapi/call";
import { scriptSchema } from "../../simulators/vapi/callScript";
import { type ServerMessage, serverMessages } from "../../simulators/vapi/serverMessages";
import { eraseUser } from "../../src/accounts/eraseUser";
import { newId } from "../../src/core/ids";
import { eraseAgainAtProviders, eraseAtProviders } from "../../src/transcripts/eraseAtProviders";
import { listReceipts } from "../../src/transcripts/listReceipts";
import { providerErasures } from "../../src/transcripts/store";
import { receiveVapiEvent } from "../../src/vapi/receiveEvent";
import { startVapiSession } from "../../src/vapi/startSession";
import { deleteVoiceSession } from "../../src/voice/deleteSession";
import { sessions } from "../../src/voice/store";
import { vapiSessionId } from "../../src/voice/vapiSessions";
import { everyDocument } from "../support/everyDocument";
import { type VapiWorld, vapiWorld } from "../support/vapi";

describe("What Vapi holds of a session that is erased", () => {
  let world: VapiWorld;
  before(async () => {
    world = await vapiWorld();
  });
  after(() => world.vapi.stop());
  const receipt = async (callId: string) => (await providerErasures(world.db).doc(callId).get()).data();
  const session = (callId: string | null, isReported = true) => ({
    sessionId: "s1",
    userId: "ann",
    vapi: { callId, isReported },
  });
  const isAtVapi = (callId: string) => world.vapi.calls().some(({ id }) => id === callId);

  /** A call that Vapi keeps, and of which the messages reach nobody. */
  async function heldCall(callId = newId()): Promise<string> {
    const { id } = await world.vapi.hold({ callId, serverUrl: "http://127.0.0.1:9/vapi/events", turns: [] });
    return id;
  }

  async function started() {
    const uid = newId();
    const { data } = await startVapiSession(world.patient(uid), {});
    const { patientContext } = data;
    const sessionId = vapiSessionId(patientContext);
    /** A call of it that Vapi keeps, and what is told of it. */
    const call = async () => {
      const id = await heldCall();
      const script = scriptSchema.parse({});
      const of = { id, assistantId: "assistant-1", metadata: { ...patientContext }, script };
      const messages = serverMessages(newCall(of), "org-1");
      return { id, first: messages.slice(0, 1), rest: messages.slice(1), messages };
    };
    /** Deletes it, as its user does and the trigger sees it. */
    const erase = async () => {
      const was = (await sessions(world.db).doc(sessionId).get()).data();
      await deleteVoiceSession(world.as(uid), { sessionId });
      await eraseAtProviders(world.instance, { sessionId, userId: uid, vapi: was?.vapi });
    };
    return { uid, sessionId, call, erase };
  }

  const receive = async (messages: ServerMessage[]) => {
    for (const message of messages)
      await receiveVapiEvent(world.instance, { message: { ...message, type: message.type } });
  };
  /** The schedule runs so many seconds later. */
  const tendAfter = async (seconds: number) => {
    world.pass(seconds);
    await eraseAgainAtProviders(world.instance);
  };

  it("is erased, with a receipt, and told of again it stays so", async () => {
    const callId = await heldCall();
    await eraseAtProviders(world.instance, session(callId));
    await eraseAtProviders(world.instance, session(callId));
    assert.deepEqual(
      [(await receipt(callId))?.what, (await receipt(callId))?.status],
      ["vapi_call", "erased"],
    );
    assert.equal(isAtVapi(callId), false);
  });

  it("of which the end was not told is erased once more a quarter of an hour later, and not called erased before", async () => {
    const callId = await heldCall();
    await eraseAtProviders(world.instance, session(callId, false));
    assert.equal(isAtVapi(callId), false);
    assert.equal((await receipt(callId))?.status, "pending");
    // What Vapi kept of it since.
    await heldCall(callId);
    await tendAfter(890);
    assert.ok(isAtVapi(callId), "not before its time");
    await tendAfter(11);
    assert.equal(isAtVapi(callId), false);
    const done = await receipt(callId);
    assert.deepEqual([done?.status, done?.dueAt, done?.attempts], ["erased", null, 0]);
  });

  it("is found by a call that names the session only then, and erased, at its end and once more after it", async () => {
    const { uid, sessionId, call, erase } = await started();
    await erase();
    const { id, first, rest } = await call();
    await receive(first);
    await tendAfter(60);
    assert.equal(isAtVapi(id), false);
    assert.equal((await receipt(id))?.status, "pending");
    await heldCall(id);
    await receive(rest);
    await tendAfter(60);
    assert.equal(isAtVapi(id), false, "at its end");
    await heldCall(id);
    await tendAfter(901);
    assert.equal(isAtVapi(id), false, "after its end");
    const listed = await listReceipts(world.as(uid), { session_id: sessionId });
    assert.deepEqual(
      listed.map(({ what, sid, status }) => [what, sid, status]),
      [["vapi_call", id, "erased"]],
    );
    assert.equal((await sessions(world.db).doc(sessionId).get()).exists, false);
  });

  it("is erased once more where the session was deleted in mid-call, however long the call goes on", async () => {
    const { call, erase } = await started();
    const { id, first, rest } = await call();
    await receive(first);
    await erase();
    await tendAfter(901);
    assert.equal((await receipt(id))?.status, "erased");
    await heldCall(id);
    await receive(rest);
    assert.equal((await receipt(id))?.status, "pending", "there is something anew");
    await tendAfter(60);
    await tendAfter(901);
    assert.equal(isAtVapi(id), false);
    assert.equal((await receipt(id))?.status, "erased");
  });

  it("is erased of every call that has named the session", async () => {
    const { sessionId, call, erase } = await started();
    const calls = [await call(), await call(), await call()];
    for (const { messages } of calls) await receive(messages);
    const stored = (await sessions(world.db).doc(sessionId).get()).data()?.vapi;
    assert.deepEqual([stored?.callId, stored?.otherCallIds], [calls[0]?.id, [calls[1]?.id, calls[2]?.id]]);
    await erase();
    assert.ok(calls.every(({ id }) => !isAtVapi(id)));
    await tendAfter(901);
    for (const { id } of calls) assert.equal((await receipt(id))?.status, "erased");
  });

  it("is erased of late calls also where the account is erased since, and names nobody", async () => {
    const { uid, call, erase } = await started();
    await erase();
    await eraseUser(world.instance, uid, null);
    const { id, messages } = await call();
    await receive(messages);
    await tendAfter(60);
    assert.equal(isAtVapi(id), false);
    assert.equal((await receipt(id))?.userId, "");
    assert.ok(!JSON.stringify(await everyDocument(world.db)).includes(uid));
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
