import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { createCtx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import { endSession } from "../../src/voice/endSession";
import { transcripts, turns } from "../../src/voice/store";
import type { Probe } from "../simulators/openai/probe";
import { eventually } from "../support/eventually";
import { openSession, type RelayProcess, savedItems, startRelayProcess } from "../support/relayProcess";

const ROUNDS = 20;
// Two cores: more relays at once would only wait for each other.
const PER_BATCH = 2;

describe("A relay killed in mid-conversation", () => {
  let simulator: OpenAiSimulator;
  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 5, realTimeFactor: 200 } });
  });
  after(() => simulator.stop());

  it(`has every turn in Firestore that the client was told is saved, once, ${ROUNDS} times out of ${ROUNDS}`, async function () {
    this.timeout(180_000);
    let told = 0;
    for (let round = 0; round < ROUNDS; round += PER_BATCH) {
      const outcomes = await Promise.all(Array.from({ length: PER_BATCH }, () => killOnce(simulator)));
      for (const { sessionId, saved } of outcomes) {
        await assertStoredOnce(sessionId, saved);
        told += saved.length;
      }
    }
    assert.ok(
      told >= ROUNDS,
      `only ${told} turns were ever told: the kills came too early to prove anything`,
    );
  });

  it("leaves a session that another instance takes up where it was", async function () {
    this.timeout(60_000);
    const { sessionId, userId, saved } = await killOnce(simulator, 3);
    // One more than the client was told may have been stored before the end.
    const stored = await storedItems(sessionId);
    assert.deepEqual(stored.slice(0, saved.length), saved);
    const relay = await startRelay(simulator);
    const client = await openSession(relay.url, { sessionId, userId });
    await client.next("session.updated");
    for (const itemId of stored) assert.equal((await client.next("conversation.item.added")).item.id, itemId);
    assert.deepEqual(await speak(client), 2);
    client.socket.close();
    relay.kill("SIGTERM");
    assert.deepEqual(await relay.exited, { code: 0, signal: null });
    await endSession(createCtx(), sessionId, "client");
    const messages = await eventually(async () => {
      const transcript = (await transcripts(createCtx().db).doc(sessionId).get()).data();
      assert.ok(transcript?.completedAt);
      return transcript.messages;
    });
    assert.equal(messages.length, stored.length + 2);
    assert.deepEqual(
      messages.slice(0, stored.length).map(({ itemId }) => itemId),
      stored,
    );
  });
});

/** Converses without a pause until a SIGKILL at a random moment, or once so many turns were told to be saved. */
async function killOnce(simulator: OpenAiSimulator, afterSaved?: number) {
  const relay = await startRelay(simulator);
  const userId = newId();
  const sessionId = newId();
  const client = await converse(relay, { sessionId, userId });
  let killed = false;
  const talking = (async () => {
    while (!killed) await speak(client).catch(() => {});
  })();
  if (afterSaved === undefined) await sleep(50 + Math.random() * 600);
  else await eventually(async () => assert.ok(savedItems(client).length >= afterSaved));
  relay.kill("SIGKILL");
  await relay.exited;
  killed = true;
  await client.closed;
  await talking;
  return { sessionId, userId, saved: savedItems(client) };
}

/** Opens a session as clients are told to: anew, where the model did not answer in time on a busy machine. */
async function converse(relay: RelayProcess, session: { sessionId: string; userId: string }): Promise<Probe> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await openSession(relay.url, session);
    try {
      await client.next("session.updated", 10_000);
      return client;
    } catch (error) {
      client.close();
      if (attempt === 3) throw new Error(`${(error as Error).message}: ${JSON.stringify(relay.log)}`);
    }
  }
}

function startRelay(simulator: OpenAiSimulator) {
  return startRelayProcess({ OPENAI_REALTIME_API_URL: simulator.realtimeUrl });
}

/** One turn of the user's and its answer. */
async function speak(client: Probe): Promise<number> {
  client.sendAny({
    type: "conversation.item.create",
    item: { type: "message", role: "user", content: [{ type: "input_text", text: "And then?" }] },
  });
  client.sendAny({ type: "response.create" });
  await client.next("response.done", 2_000);
  return 2;
}

async function assertStoredOnce(sessionId: string, saved: string[]): Promise<void> {
  const stored = (await turns(createCtx().db, sessionId).orderBy("order").get()).docs.map((doc) =>
    doc.data(),
  );
  const ids = stored.map(({ itemId }) => itemId);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(
    saved.filter((itemId) => !ids.includes(itemId)),
    [],
    "told to be saved, and lost",
  );
  assert.equal(new Set(saved).size, saved.length, "told once");
}

/** The stored turns' items in the order of the conversation; each has words. */
async function storedItems(sessionId: string): Promise<string[]> {
  const stored = (await turns(createCtx().db, sessionId).orderBy("order").get()).docs.map((doc) =>
    doc.data(),
  );
  for (const { content } of stored) assert.notEqual(content, "");
  return stored.map(({ itemId }) => itemId);
}
