import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Timestamp } from "firebase-admin/firestore";
import { WebSocket, WebSocketServer } from "ws";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { createCtx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import { createLogger } from "../../src/core/log";
import { KeyPool } from "../../src/providers/keyPool";
import { MAX_CREATED_ITEMS, RELAY_LIMITS } from "../../src/relay/limits";
import { RelayMetrics } from "../../src/relay/metrics";
import { Peer } from "../../src/relay/peer";
import { RealtimeConnection } from "../../src/relay/realtimeConnection";
import { connectVoice } from "../../src/voice/connectVoice";
import { sessions, turns } from "../../src/voice/store";
import { Probe, userText } from "../simulators/openai/probe";
import { eventually } from "../support/eventually";
import { type InProcessRelay, startInProcessRelay } from "../support/inProcessRelay";
import { openSession, savedItems } from "../support/relayProcess";
import { storedSession } from "../support/storedSession";

describe("A relay among clients that do what they should not", () => {
  let simulator: OpenAiSimulator;
  let relay: InProcessRelay;
  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 5, realTimeFactor: 1_000 } });
    relay = await startInProcessRelay(simulator.realtimeUrl, { limits: { tickMs: 25 } });
  });
  after(async () => {
    await relay.drain();
    await simulator.stop();
  });

  async function live(): Promise<Probe> {
    const client = await openSession(relay.url, { sessionId: newId(), userId: newId() });
    await client.next("session.updated");
    return client;
  }

  async function assertConverses(client: Probe): Promise<void> {
    client.send(userText("Still there?"));
    client.send({ type: "response.create" });
    assert.equal((await client.next("response.done")).response.status, "completed");
  }

  for (const [what, open, close] of [
    ["lists", "[", "]"],
    ["objects", '{"a":', "}"],
  ] as const) {
    it(`refuses an event of ${what} nested tens of thousands deep, and everyone speaks on`, async () => {
      const [hostile, other] = await Promise.all([live(), live()]);
      const deep = `${open.repeat(30_000)}1${close.repeat(30_000)}`;
      hostile.sendAny(
        `{"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"f","parameters":{"a":${deep}}}]}}`,
      );
      assert.equal((await hostile.next("error")).error.code, "invalid_event");
      await Promise.all([assertConverses(hostile), assertConverses(other)]);
      hostile.socket.close();
      other.socket.close();
    });
  }

  it("closes a flood of messages with 4429 however small they are", async () => {
    const client = await live();
    for (let message = 0; message < 10_000; message += 1) client.socket.send("");
    assert.equal((await client.closed).code, 4429);
  });

  it("refuses more items than a conversation may have, and lets the user speak on", async () => {
    const roomy = await startInProcessRelay(simulator.realtimeUrl, {
      limits: { bytesPerSecond: 1e9, burstBytes: 1e9 },
    });
    const client = await openSession(roomy.url, { sessionId: newId(), userId: newId() });
    await client.next("session.updated");
    const note = { type: "message", role: "assistant", content: [{ type: "output_text", text: "x" }] };
    for (let item = 0; item <= MAX_CREATED_ITEMS; item += 1) {
      client.sendAny({ type: "conversation.item.create", event_id: `create_${item}`, item: note });
      if (item % 100 === 0) await new Promise(setImmediate);
    }
    const { error } = await client.next("error");
    assert.deepEqual([error.code, error.event_id], ["too_many_items", `create_${MAX_CREATED_ITEMS}`]);
    client.send({ type: "response.create" });
    await client.next("response.done");
    client.socket.close();
    await roomy.drain();
  });

  it("answers each ping once, and closes a flood of them with 4429", async () => {
    const client = await live();
    let pongs = 0;
    client.socket.on("pong", () => {
      pongs += 1;
    });
    for (let ping = 0; ping < 20; ping += 1) client.socket.ping();
    await assertConverses(client);
    assert.equal(pongs, 20);
    for (let ping = 0; ping < 10_000; ping += 1) client.socket.ping();
    assert.equal((await client.closed).code, 4429);
  });

  it("holds nothing for clients that hang up while they are let in", async () => {
    const held = await Promise.all(Array.from({ length: 10 }, () => hangUpAtOnce(relay)));
    await eventually(async () => {
      assert.equal(relay.connections(), 0);
      assert.equal(simulator.sessions().filter(({ open }) => open).length, 0);
      for (const sessionId of held) {
        const session = (await sessions(createCtx().db).doc(sessionId).get()).data();
        assert.equal(session?.relayId, null, "the session is free");
        assert.ok((session?.connections ?? 0) > 0, "they had got as far as to hold it");
      }
    });
  });

  it("keeps turns with characters that no encoding knows, and all turns after them", async () => {
    const session = { sessionId: newId(), userId: newId() };
    const client = await openSession(relay.url, session);
    await client.next("session.updated");
    client.sendAny(
      '{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"half \\ud83d a pair"}]}}',
    );
    client.send(userText("And a whole one: 😀"));
    await eventually(async () => assert.equal(savedItems(client).length, 2));
    const stored = await turns(createCtx().db, session.sessionId).orderBy("order").get();
    assert.deepEqual(
      stored.docs.map((document) => document.data().content),
      ["half \ufffd a pair", "And a whole one: 😀"],
    );
    client.socket.close();
  });

  it("takes a ticket for its own session alone, and none that is older than a minute", async () => {
    const mine = await ticketFor(newId());
    const other = await ticketFor(newId());
    const client = await dial(relay, `${mine.query}&sessionId=${other.sessionId}`);
    await client.next("session.updated");
    const held = await sessions(createCtx().db).doc(mine.sessionId).get();
    const free = await sessions(createCtx().db).doc(other.sessionId).get();
    assert.notEqual(held.data()?.relayId, null);
    assert.equal(free.data()?.relayId, null);
    client.socket.close();

    const late = await ticketFor(newId(), 61_000);
    assert.equal((await (await dial(relay, late.query)).closed).code, 4401);
    const inTime = await ticketFor(newId(), 50_000);
    const inTimeClient = await dial(relay, inTime.query);
    await inTimeClient.next("session.updated");
    inTimeClient.socket.close();
  });
});

describe("A relay whose model does what it should not", () => {
  it("lets no one speak with a model that refused the server's configuration", async () => {
    const model = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(model, "listening");
    model.on("connection", (socket) => {
      socket.on("message", (data) => {
        const { type, event_id } = JSON.parse(String(data));
        const error = { type: "invalid_request_error", code: "invalid_value", message: "No such voice" };
        // A client's own update must not pass for the server's.
        socket.send(
          JSON.stringify(
            event_id?.startsWith("relay_")
              ? { type: "error", error: { ...error, event_id } }
              : { type: type.replace("update", "updated"), session: {} },
          ),
        );
      });
    });
    const { port } = model.address() as { port: number };
    const relay = await startInProcessRelay(`ws://127.0.0.1:${port}`);
    const client = await openSession(relay.url, { sessionId: newId(), userId: newId() });
    client.send({ type: "session.update", session: { type: "realtime" } });
    assert.equal((await client.closed).code, 1011);
    assert.deepEqual(
      client.events.map((event) => (event.type === "error" ? event.error.code : event.type)),
      ["upstream_failed"],
    );
    await relay.drain();
    model.close();
  });

  it("does not take it for silent while it waits for a client that reads slowly", async () => {
    const reply = "word ".repeat(900);
    const simulator = await startOpenAiSimulator({
      pace: { firstAudioMs: 5, realTimeFactor: 2_000 },
      script: { turns: [{ reply }] },
    });
    const relay = await startInProcessRelay(simulator.realtimeUrl, {
      limits: { tickMs: 25, upstreamSilenceMs: 500, stallMs: 10_000 },
    });
    const client = await openSession(relay.url, { sessionId: newId(), userId: newId() });
    await client.next("session.updated");
    client.send(userText("Tell me a story."));
    client.send({ type: "response.create" });
    await client.next("response.created");
    client.socket.pause();
    await sleep(2_000);
    client.socket.resume();
    const outcome = await Promise.race([client.closed, client.next("response.done")]);
    assert.ok("response" in outcome, `closed with ${JSON.stringify(outcome)}`);
    client.socket.close();
    await relay.drain();
    await simulator.stop();
  });
});

describe("What the watch tells of a session", () => {
  const created = Timestamp.fromMillis(Date.now());

  function connection() {
    const client = new ClosedBy();
    const session = { ...storedSession(createCtx(), { sessionId: newId(), createdAt: created }) };
    const held = { ...session, connections: 2, relayId: "relay", connectionId: "mine" };
    const services = {
      ctx: createCtx(),
      keys: new KeyPool([]),
      limits: RELAY_LIMITS,
      metrics: new RelayMetrics(),
    };
    services.ctx.log = createLogger("ERROR");
    const peer = new Peer(client as unknown as WebSocket, RELAY_LIMITS);
    return {
      client,
      held,
      one: new RealtimeConnection(services, peer, { session: held, earlierTurns: [] }, "mine"),
    };
  }

  it("late, of the time before this socket took it up, changes nothing", () => {
    const { client, held, one } = connection();
    const { sessionId } = held;
    one.sessionChanged({
      sessionId,
      change: "held",
      session: { ...held, connections: 1, connectionId: "the one before" },
    });
    one.sessionChanged({ sessionId, change: "held", session: held });
    assert.deepEqual(client.codes, []);
  });

  const ends: [string, Parameters<RealtimeConnection["sessionChanged"]>[0]["change"], object, number][] = [
    ["taken up by another socket", "held", { connections: 3, connectionId: "another" }, 4409],
    ["taken up and let go of again", "held", { connections: 3, connectionId: null }, 4409],
    [
      "deleted and made anew",
      "held",
      { connections: 0, connectionId: null, createdAt: Timestamp.fromMillis(created.toMillis() + 5) },
      4409,
    ],
    ["ended", "ended", { status: "ended" }, 1000],
    ["deleted", "deleted", {}, 1000],
  ];
  for (const [what, change, fields, code] of ends) {
    it(`that it was ${what} closes the socket with ${code}`, () => {
      const { client, held, one } = connection();
      one.sessionChanged({ sessionId: held.sessionId, change, session: { ...held, ...fields } });
      assert.deepEqual(client.codes, [code]);
    });
  }
});

/** A client's socket that only remembers with which codes it was closed. */
class ClosedBy extends EventEmitter {
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readyState = 1;
  isPaused = false;
  bufferedAmount = 0;
  readonly codes: number[] = [];
  send(): void {}
  terminate(): void {}
  close(code: number): void {
    this.readyState = this.CLOSING;
    this.codes.push(code);
  }
}

/** Opens a session's socket and resets it before the relay can have let it in. */
async function hangUpAtOnce(relay: InProcessRelay): Promise<string> {
  const { sessionId, query } = await ticketFor(newId());
  const socket = new WebSocket(`${relay.url}/api/realtime${query}`);
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("open", resolve));
  const { _socket } = socket as unknown as { _socket: { resetAndDestroy(): void } };
  _socket.resetAndDestroy();
  return sessionId;
}

function dial(relay: InProcessRelay, query: string): Promise<Probe> {
  return Probe.open(`${relay.url}/api/realtime${query}`, "", { Authorization: "" });
}

/** A ticket for a new session, given `ageMs` ago. */
async function ticketFor(userId: string, ageMs = 0): Promise<{ sessionId: string; query: string }> {
  const ctx = createCtx({ caller: { uid: userId, claims: {} } });
  ctx.log = createLogger("ERROR");
  ctx.now = () => new Date(Date.now() - ageMs);
  const sessionId = newId();
  const { wsUrl } = await connectVoice(ctx, { sessionId, userId });
  return { sessionId, query: new URL(wsUrl).search };
}
