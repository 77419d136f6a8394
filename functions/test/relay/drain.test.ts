import assert from "node:assert/strict";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { createCtx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import { sessions, turns } from "../../src/voice/store";
import { openSession, startRelayProcess } from "../support/relayProcess";

const LONG_ANSWER = "There is a great deal to be said about that, and I shall say all of it. ".repeat(40);

describe("A relay that is told to stop", () => {
  let simulator: OpenAiSimulator;
  before(async () => {
    simulator = await startOpenAiSimulator({
      script: { turns: [{ reply: LONG_ANSWER }] },
      pace: { firstAudioMs: 5, realTimeFactor: 1 },
    });
  });
  after(() => simulator.stop());

  it("tells its clients 1012, stores what was being said, lets no one in and exits with 0 within 8 s", async function () {
    this.timeout(60_000);
    const relay = await startRelayProcess({ OPENAI_REALTIME_API_URL: simulator.realtimeUrl });
    const session = { sessionId: newId(), userId: newId() };
    const client = await openSession(relay.url, session);
    await client.next("session.updated");
    client.sendAny({
      type: "conversation.item.create",
      item: { type: "message", role: "user", content: [{ type: "input_text", text: "Tell me." }] },
    });
    client.sendAny({ type: "response.create" });
    await client.next("response.output_audio_transcript.delta");
    await client.next("response.output_audio_transcript.delta");

    const stoppedAt = Date.now();
    relay.kill("SIGTERM");
    relay.kill("SIGTERM");
    assert.equal((await client.closed).code, 1012);
    await assert.rejects(openSession(relay.url, { sessionId: newId(), userId: newId() }));
    assert.deepEqual(await relay.exited, { code: 0, signal: null });
    // Cloud Run's own bound is ten seconds: past it the process is killed and this would not be code 0.
    assert.ok(Date.now() - stoppedAt < 8_000);

    const { db } = createCtx();
    const spoken = (await turns(db, session.sessionId).orderBy("order").get()).docs.map((doc) => doc.data());
    assert.deepEqual(
      spoken.map(({ role, interrupted }) => ({ role, interrupted })),
      [
        { role: "user", interrupted: false },
        { role: "assistant", interrupted: true },
      ],
    );
    assert.ok(LONG_ANSWER.startsWith(spoken[1]?.content.trimEnd() ?? "?"));
    const stored = (await sessions(db).doc(session.sessionId).get()).data();
    assert.deepEqual(
      { status: stored?.status, relayId: stored?.relayId, connectionId: stored?.connectionId },
      { status: "active", relayId: null, connectionId: null },
    );
  });
});
