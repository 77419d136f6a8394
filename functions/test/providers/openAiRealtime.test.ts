import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import type { KeyFailure } from "../../src/providers/failover";
import { KeyPool } from "../../src/providers/keyPool";
import { type DialOptions, dialRealtime } from "../../src/providers/openAiRealtime";
import { rejectsWith } from "../support/appError";
import { eventually } from "../support/eventually";

const A = "sk-first-aaaa";
const B = "sk-second-bbbb";
const C = "sk-third-cccc";
const HANDSHAKE_MS = 300;
// A timer may fire up to a millisecond early.
const PAUSE_AT_LEAST_MS = 149;

type Fault = Parameters<OpenAiSimulator["addFault"]>[0];

describe("Dialling the model", () => {
  let simulator: OpenAiSimulator;
  let failures: KeyFailure[];
  before(async () => {
    simulator = await startOpenAiSimulator();
  });
  beforeEach(() => {
    simulator.clearFaults();
    failures = [];
  });
  after(() => simulator.stop());

  function dial(pool: KeyPool, changes: Partial<DialOptions> = {}) {
    return dialRealtime(pool, {
      url: simulator.realtimeUrl,
      target: { model: "gpt-realtime-2.1" },
      handshakeTimeoutMs: HANDSHAKE_MS,
      signal: new AbortController().signal,
      onFailure: (failure) => failures.push(failure),
      ...changes,
    });
  }

  const passedOver: [Fault["kind"], KeyFailure["reason"]][] = [
    ["handshake_401", "unauthorized"],
    ["handshake_429", "rate_limited"],
    ["handshake_500", "server_error"],
    ["handshake_hang", "timeout"],
  ];
  for (const [kind, reason] of passedOver) {
    it(`goes on to the next key at once after ${kind}, and rests the first`, async () => {
      simulator.addFault({ kind, key: A, times: 1 } as Fault);
      const pool = new KeyPool([A, B]);
      const { socket, key } = await dial(pool);
      assert.equal(key, B);
      assert.deepEqual(
        failures.map((failure) => failure.reason),
        [reason],
      );
      assert.deepEqual(pool.order(Date.now()), [B, A]);
      socket.terminate();
    });
  }

  it("makes no pause between the first key and the next", async () => {
    const tookMs: number[] = [];
    // The quickest of some: whatever else the machine does, a pause would be in each of them.
    for (let round = 0; round < 5; round += 1) {
      simulator.addFault({ kind: "handshake_429", key: A, times: 1 });
      const startedAt = performance.now();
      const { socket, key } = await dial(new KeyPool([A, B]));
      tookMs.push(performance.now() - startedAt);
      assert.equal(key, B);
      socket.terminate();
    }
    assert.ok(Math.min(...tookMs) < PAUSE_AT_LEAST_MS, `${tookMs}`);
  });

  it("tries every key in turn before any again", async () => {
    for (const key of [A, B, C]) simulator.addFault({ kind: "handshake_500", key, times: 1 });
    const startedAt = performance.now();
    const { socket, key } = await dial(new KeyPool([A, B, C]));
    assert.equal(key, A);
    assert.equal(failures.length, 3);
    assert.ok(performance.now() - startedAt >= PAUSE_AT_LEAST_MS, "with a pause before the second round");
    socket.terminate();
  });

  it("asks a second time only those whose failure may pass", async () => {
    simulator.addFault({ kind: "handshake_401", key: A, times: 9 });
    simulator.addFault({ kind: "handshake_500", key: B, times: 9 });
    await rejectsWith("provider_unavailable", dial(new KeyPool([A, B])));
    assert.deepEqual(
      failures.map(({ reason }) => reason),
      ["unauthorized", "server_error", "server_error"],
    );
  });

  it("uses a key at rest where it is the last resort", async () => {
    const pool = new KeyPool([A]);
    pool.failed(A, Date.now(), "refused");
    const { socket } = await dial(pool);
    socket.terminate();
    assert.deepEqual(failures, []);
  });

  it("says that none is configured, without trying", async () => {
    const error = await rejectsWith("not_configured", dial(new KeyPool([]), { url: "ws://127.0.0.1:1" }));
    assert.match(error.safeMessage, /OPENAI_API_KEY/);
  });

  it("never tells a key or what the provider said", async () => {
    simulator.addFault({ kind: "handshake_401", times: 9 });
    const error = await rejectsWith("provider_unavailable", dial(new KeyPool([A])));
    assert.doesNotMatch(`${error.safeMessage} ${JSON.stringify(failures)}`, /sk-|Incorrect|platform/);
  });

  const broken: [string, (socket: Socket) => void][] = [
    ["hangs up", (socket) => socket.destroy()],
    ["speaks no HTTP", (socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n")],
    ["redirects", (socket) => socket.end("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n")],
    ["accepts with a wrong key", (socket) => socket.write(upgraded("wrong"))],
    ["answers as no web socket", (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")],
    ["says nothing at all", () => {}],
  ];
  for (const [what, behave] of broken) {
    it(`fails in order, and leaves no socket open, where the server ${what}`, async () => {
      const { server, sockets, url } = await serve(behave);
      await rejectsWith("provider_unavailable", dial(new KeyPool([A, B]), { url }));
      await eventually(async () => assert.equal(sockets.size, 0));
      server.close();
    });
  }

  it("fails in order where nothing listens", async () => {
    const { server, url } = await serve(() => {});
    await new Promise((resolve) => server.close(resolve));
    await rejectsWith("provider_unavailable", dial(new KeyPool([A]), { url }));
    assert.deepEqual(failures, [{ reason: "network", retryable: false }]);
  });

  it("is given up at once, leaving no socket open, when nobody waits any more", async () => {
    const { server, sockets, url } = await serve(() => {});
    const giveUp = new AbortController();
    const dialling = dial(new KeyPool([A, B]), { url, signal: giveUp.signal, handshakeTimeoutMs: 60_000 });
    await eventually(async () => assert.equal(sockets.size, 1));
    giveUp.abort();
    await rejectsWith("provider_unavailable", dialling);
    await eventually(async () => assert.equal(sockets.size, 0));
    assert.deepEqual(failures, [], "that is no failure of the key");
    server.close();
  });

  it("does not begin when nobody waits from the start", async () => {
    const { server, sockets, url } = await serve(() => {});
    await rejectsWith("provider_unavailable", dial(new KeyPool([A]), { url, signal: AbortSignal.abort() }));
    assert.equal(sockets.size, 0);
    server.close();
  });

  it("reads nothing of the model before the caller is ready for it", async () => {
    const { socket } = await dial(new KeyPool([A]));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const first = new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
    socket.resume();
    assert.equal(JSON.parse(await first).type, "session.created");
    socket.terminate();
  });

  it("leaves nothing open over fifty failed dials", async () => {
    simulator.addFault({ kind: "handshake_429", times: 200 });
    const { sockets, server, url } = await serve((socket) => socket.destroy());
    for (let round = 0; round < 25; round += 1) {
      await rejectsWith("provider_unavailable", dial(new KeyPool([A, B])));
      await rejectsWith("provider_unavailable", dial(new KeyPool([A, B]), { url }));
    }
    await eventually(async () => {
      assert.equal(sockets.size, 0);
      assert.equal(simulator.sessions().filter(({ open }) => open).length, 0);
    });
    server.close();
  });
});

function upgraded(accept: string): string {
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

/** A server that is no model, and the sockets that it holds open. */
async function serve(behave: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    socket.once("data", () => behave(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return { server, sockets, url: `ws://127.0.0.1:${address.port}/v1/realtime` };
}
