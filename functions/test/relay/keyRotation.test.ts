import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { newId } from "../../src/core/ids";
import { temporaryFolder } from "../scripts/temporaryFolder";
import { type Probe, userText } from "../simulators/openai/probe";
import { openSession, type RelayProcess, startRelayProcess } from "../support/relayProcess";

const OLD = "sk-rotated-away-0001";
const NEW = "sk-rotated-in-0002";

describe("A relay whose keys are rotated", () => {
  let simulator: OpenAiSimulator;
  let relay: RelayProcess;
  let file: string;
  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 5, realTimeFactor: 200 } });
    file = path.join(temporaryFolder({ keys: `${OLD}\n` }), "keys");
    relay = await startRelayProcess({
      OPENAI_REALTIME_API_URL: simulator.realtimeUrl,
      OPENAI_API_KEY: "sk-of-the-environment-0003",
      OPENAI_API_KEYS_FILE: file,
    });
  });
  after(async () => {
    relay.kill("SIGTERM");
    await relay.exited;
    await simulator.stop();
  });

  async function converses(client: Probe): Promise<void> {
    client.send(userText("Are you there?"));
    client.send({ type: "response.create" });
    assert.equal((await client.next("response.done")).response.status, "completed");
  }
  const open = async () => {
    const client = await openSession(relay.url, { sessionId: newId(), userId: newId() });
    await client.next("session.updated");
    return client;
  };
  const usedKeys = () => simulator.sessions().map(({ key }) => key);

  it("takes the new ones at once when the old ones are refused, and no call in progress is cut", async () => {
    const during = await open();
    assert.deepEqual(usedKeys(), [OLD.slice(-4)], "those of the file, not of the environment");
    simulator.addFault({ kind: "handshake_401", key: OLD, times: 1_000 });
    fs.writeFileSync(file, NEW);
    const afterwards = await open();
    assert.deepEqual(usedKeys().slice(1), [NEW.slice(-4)]);
    await Promise.all([converses(during), converses(afterwards)]);
    assert.equal((await fetch(`${relay.url.replace(/^ws/, "http")}/readyz`)).status, 200);
    during.socket.close();
    afterwards.socket.close();
  });

  it("keeps those it has where the file is gone, and says so without a key", async () => {
    fs.rmSync(file);
    simulator.addFault({ kind: "handshake_401", key: NEW, times: 1 });
    const refused = await openSession(relay.url, { sessionId: newId(), userId: newId() });
    assert.equal((await refused.closed).code, 1011);
    const client = await open();
    await converses(client);
    client.socket.close();
    const warned = relay.log.filter(({ problem }) => problem === "ENOENT");
    assert.deepEqual(
      warned.map(({ severity }) => severity),
      ["WARNING"],
    );
    assert.doesNotMatch(JSON.stringify(relay.log), /sk-|0001|0002/);
  });
});
