import assert from "node:assert/strict";
import { get } from "node:http";
import { WebSocket } from "ws";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { createCtx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import { turns } from "../../src/voice/store";
import { appends, Probe, userText } from "../simulators/openai/probe";
import { silence, speech } from "../simulators/openai/sounds";
import { eventually } from "../support/eventually";
import { addressOf, type RelayProcess, savedItems, startRelayProcess } from "../support/relayProcess";
import { type SignedInUser, signedInUser } from "../support/signedInUser";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PHONE = "+15005550123";

/** What must never be seen where operators look, each planted where it is at home. */
const CANARIES = {
  key: "sk-proj-canary0key0of0the0server",
  secondKey: "sk-proj-canary0second0key",
  phone: PHONE,
  heard: "canaryheard",
  said: "canarysaid",
  typed: "canarytyped",
  providerText: "canaryprovidertext",
  wrongJson: "canarywrongjson",
  tool: "canarytool",
  rawAudio: Buffer.from("canaryrawaudio00").toString("base64"),
};

describe("A relay that logs everything there is", () => {
  let simulator: OpenAiSimulator;
  let relay: RelayProcess;
  let user: SignedInUser;
  let ticket = "";
  const session = { sessionId: newId(), userId: newId() };
  const responses: string[] = [];
  const refusals: string[] = [];

  before(async function () {
    this.timeout(60_000);
    user = await signedInUser();
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 5, realTimeFactor: 100 } });
    relay = await startRelayProcess({
      LOG_LEVEL: "DEBUG",
      OPENAI_API_KEY: CANARIES.key,
      OPENAI_API_KEYS: CANARIES.secondKey,
      OPENAI_REALTIME_API_URL: simulator.realtimeUrl,
    });
    await converse();
    await failInEveryWay();
    for (const path of ["/healthz", "/readyz", "/metrics", `/?ticket=${ticket}`, `/${PHONE}`]) {
      responses.push(await pageAt(path));
    }
    relay.kill("SIGTERM");
    await relay.exited;
  });
  after(async () => {
    await user.signOut();
    await simulator.stop();
  });

  async function converse(): Promise<void> {
    simulator.setScript({
      turns: [
        { heard: `My number is ${PHONE}, ${CANARIES.heard}.`, reply: `I call ${PHONE}, ${CANARIES.said}.` },
        { reply: CANARIES.said },
        { responseFails: { code: "server_error", message: CANARIES.providerText } },
        { transcriptionFails: true },
      ],
    });
    const address = await addressOf(relay.url, session);
    ticket = new URL(address).searchParams.get("ticket") ?? "";
    const client = Probe.on(new WebSocket(`${address}&audio=binary`, { headers: traced }));
    await client.next("session.updated");
    for (const event of appends(Buffer.concat([speech(), silence(1_000)]))) client.send(event);
    await client.next("response.done");
    client.send(userText(`${CANARIES.typed} ${PHONE}`));
    client.send({ type: "response.create" });
    await client.next("response.done");
    client.send(userText("Fail, please."));
    client.send({ type: "response.create" });
    await client.next("response.done");
    client.socket.send(Buffer.from("canaryrawaudio00"));
    client.socket.send(Buffer.alloc(3));
    client.sendAny(`{"${CANARIES.wrongJson}`);
    client.sendAny({
      type: "session.update",
      session: { type: "realtime", tools: [{ name: CANARIES.tool }] },
    });
    client.sendAny({ type: CANARIES.typed, event_id: PHONE });
    for (let refused = 0; refused < 4; refused += 1) await client.next("error");
    await eventually(async () => assert.ok(savedItems(client).length >= 4));
    client.socket.close();
    await client.closed;
  }

  async function failInEveryWay(): Promise<void> {
    const goodAddress = () => addressOf(relay.url, { sessionId: newId(), userId: newId() });
    const refused = async (url: string, headers: Record<string, string> = {}) => {
      const client = Probe.on(new WebSocket(url, { headers: { ...traced, ...headers } }));
      await client.closed;
      refusals.push(...client.texts);
    };
    // A ticket that is used up, ID tokens that are good and bad, a key of OpenAI's taken for a token.
    const base = `${relay.url}/api/realtime`;
    await refused(`${base}?ticket=${ticket}`);
    await refused(`${base}?ticket=${ticket}&audio=${PHONE}`);
    await refused(`${base}?sessionId=${session.sessionId}`, { Authorization: `Bearer ${user.idToken}` });
    await refused(base, { Authorization: `Bearer ${user.idToken}x` });
    await refused(base, { Authorization: `Bearer ${CANARIES.key}` });
    await refused(`${relay.url}/elsewhere?ticket=${ticket}`);
    await refused(base, { Origin: `https://${CANARIES.typed}.example` });

    simulator.addFault({ kind: "handshake_401", times: 2 });
    await refused(await goodAddress());
    simulator.addFault({ kind: "malformed_event", when: "connect" });
    await refused(await goodAddress());
    simulator.setScript({
      turns: [
        {
          responseFails: { code: "insufficient_quota", message: `${CANARIES.providerText} ${CANARIES.key}` },
        },
      ],
    });
    const client = Probe.on(new WebSocket(await goodAddress(), { headers: traced }));
    await client.next("session.updated");
    client.send(userText(`Goodbye ${PHONE}`));
    client.send({ type: "response.create" });
    await client.closed;
    refusals.push(...client.texts.filter((text) => text.includes('"error"')));
    // Bytes that are no WebSocket.
    const broken = Probe.on(new WebSocket(await goodAddress()));
    await broken.next("session.updated");
    (broken.socket as unknown as { _socket: { write(text: string): void } })._socket.write(PHONE.repeat(20));
    await broken.closed;
  }

  async function pageAt(path: string): Promise<string> {
    const address = `${relay.url.replace(/^ws/, "http")}${path}`;
    return new Promise((resolve, reject) => {
      get(address, (response) => {
        let body = JSON.stringify(response.headers);
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => resolve(body));
      }).on("error", reject);
    });
  }

  const secrets = () => ({
    ...CANARIES,
    ticket,
    idToken: user.idToken,
    payload: user.idToken.split(".")[1] ?? "",
  });

  it("has had to do with every canary: what was said is stored", async () => {
    const stored = await turns(createCtx().db, session.sessionId).get();
    const said = JSON.stringify(stored.docs.map((one) => one.data().content));
    for (const name of ["phone", "heard", "said", "typed"] as const)
      assert.ok(said.includes(CANARIES[name]), name);
    assert.ok(relay.log.length > 15, `${relay.log.length} lines`);
    assert.ok(relay.log.some(({ severity }) => severity === "DEBUG"));
    assert.ok(refusals.length >= 7);
  });

  it("writes none of them in its log", () => {
    for (const [name, secret] of Object.entries(secrets()))
      for (const line of relay.log)
        assert.ok(!JSON.stringify(line).includes(secret), `${name} in ${line.message}`);
  });

  it("shows none of them at any address, nor who speaks", () => {
    for (const [name, secret] of Object.entries(secrets()))
      for (const response of responses) assert.ok(!response.includes(secret), name);
    const [, , metrics = ""] = responses;
    assert.match(metrics, /voice_relay_turns_saved_total [1-9]/);
    for (const id of [session.sessionId, session.userId, user.uid]) assert.ok(!metrics.includes(id));
  });

  it("tells no client that it refuses or that fails what is the server's or the provider's", () => {
    const { key, secondKey, providerText, payload, said } = secrets();
    for (const secret of [key, secondKey, providerText, payload, said])
      assert.ok(!refusals.join("\n").includes(secret), secret);
  });

  it("marks every line of a connection with severity, its id, its session and its trace", () => {
    const lines = relay.log.filter(({ sessionId }) => sessionId === session.sessionId);
    assert.ok(lines.length >= 2);
    assert.equal(new Set(lines.map(({ requestId }) => requestId)).size, 1);
    for (const line of lines) {
      assert.match(String(line.severity), /^(DEBUG|INFO|WARNING|ERROR)$/);
      assert.equal(line["logging.googleapis.com/trace"], `projects/demo-voice/traces/${TRACE}`);
    }
    const refused = relay.log.filter(({ code }) => code === "unauthenticated");
    assert.ok(refused.length > 0);
    for (const line of refused) {
      assert.ok(line.requestId);
      assert.equal(line["logging.googleapis.com/trace"], `projects/demo-voice/traces/${TRACE}`);
    }
  });
});

const traced = { "X-Cloud-Trace-Context": `${TRACE}/1;o=1` };
