import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, describe, it } from "mocha";
import { startVapiSimulator, type VapiSimulator } from "../../simulators/vapi/server";
import { eventually } from "../support/eventually";

interface Received {
  secret: string | undefined;
  message: { type: string; status?: string; transcriptType?: string; artifact?: { messages: unknown[] } };
}

describe("Vapi's simulator", () => {
  let vapi: VapiSimulator;
  let server: Server;
  let received: Received[] = [];
  before(async () => {
    server = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const secret = request.headers["x-vapi-secret"] ?? request.headers.authorization;
      received.push({ secret: secret?.toString(), ...JSON.parse(text) });
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const account = { privateKey: "private", publicKey: "public", assistantIds: ["a1"], webhookSecret: "s3" };
    vapi = await startVapiSimulator({ account, serverUrl });
  });
  after(async () => {
    await vapi.stop();
    server.close();
  });
  afterEach(() => {
    vapi.clearFaults();
    received = [];
  });

  const get = (id: string, key = "private") =>
    fetch(`${vapi.url}/assistant/${id}`, { headers: { Authorization: `Bearer ${key}` } });
  const types = () => received.map(({ message }) => message.type);

  it("knows its assistants, and shows them to the private key alone", async () => {
    const found = await get("a1");
    assert.equal(found.status, 200);
    assert.equal(((await found.json()) as { id: string }).id, "a1");
    assert.equal((await get("a2")).status, 404);
    for (const key of ["public", "another"]) assert.equal((await get("a1", key)).status, 401);
    assert.deepEqual(
      vapi.requests().map(({ key, status }) => [key, status]),
      [
        ["private", 200],
        ["private", 404],
        ["public", 401],
        ["unknown", 401],
      ],
    );
  });

  it("starts a web call for the public key, and for no other", async () => {
    const startCall = (key: string, assistantId: string) =>
      fetch(`${vapi.url}/call/web`, {
        method: "POST",
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: JSON.stringify({ assistantId }),
      });
    assert.equal((await startCall("private", "a1")).status, 401);
    assert.equal((await startCall("public", "a2")).status, 400);
    const started = await startCall("public", "a1");
    assert.equal(started.status, 201);
    const { id, type } = (await started.json()) as { id: string; type: string };
    assert.equal(type, "webCall");
    // Its messages are not the next test's.
    await eventually(async () => assert.equal(vapi.calls().find((call) => call.id === id)?.status, "ended"));
  });

  it("tells of a call by messages in their order, with the secret, and lastly by its report", async () => {
    const { deliveries } = await vapi.hold({ secretIn: "bearer" });
    assert.deepEqual(
      types(),
      deliveries.map(({ type }) => type),
    );
    assert.ok(deliveries.every(({ status }) => status === 204));
    assert.ok(received.every(({ secret }) => secret === "Bearer s3"));
    assert.deepEqual(
      received.flatMap(({ message }) => message.status ?? []).filter((status) => status !== "started"),
      ["queued", "in-progress", "ended"],
    );
    assert.equal(types().at(-1), "end-of-call-report");
    // The system's own, and two turns.
    assert.equal(received.at(-1)?.message.artifact?.messages.length, 3);
    assert.ok(received.some(({ message }) => message.transcriptType === "partial"));
  });

  it("sends them twice, backwards, or not all, as it is told", async () => {
    await vapi.hold({ isDoubled: true, order: "reversed", leavesOut: ["transcript"] });
    assert.deepEqual(types().slice(0, 2), ["end-of-call-report", "end-of-call-report"]);
    assert.ok(!types().includes("transcript"));
  });

  it("fails as often as it is told, of one assistant alone, and late", async () => {
    vapi.addFault({ status: 503, times: 2, assistantId: "a1", latencyMs: 50 });
    assert.equal((await get("a2")).status, 404);
    const began = performance.now();
    assert.equal((await get("a1")).status, 503);
    assert.ok(performance.now() - began >= 45);
    assert.equal((await get("a1")).status, 503);
    assert.equal((await get("a1")).status, 200);
    vapi.addFault({ drop: true });
    await assert.rejects(get("a1"));
    vapi.addFault({ hang: true });
    const signal = AbortSignal.timeout(200);
    await assert.rejects(fetch(`${vapi.url}/assistant/a1`, { signal }));
    assert.throws(() => vapi.addFault({}));
  });
});
