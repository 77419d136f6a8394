import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { WebSocket } from "ws";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { createCtx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import { createLogger } from "../../src/core/log";
import { connectVoice } from "../../src/voice/connectVoice";
import { endSession } from "../../src/voice/endSession";
import { sessions, transcripts, turns } from "../../src/voice/store";
import { appends, Probe } from "../simulators/openai/probe";
import { silence, speech } from "../simulators/openai/sounds";
import { eventually } from "../support/eventually";
import { send } from "../support/http";
import { type InProcessRelay, startInProcessRelay } from "../support/inProcessRelay";
import { openSession, savedItems } from "../support/relayProcess";
import { type SignedInUser, signedInUser } from "../support/signedInUser";
import { fromStack } from "../support/stackEnvironment";

const HOSTILE_ORIGINS = [
  "https://evil.example",
  "http://localhost:5173.evil.example",
  "http://evil.example#http://localhost:5173",
  "http://localhost:5174",
  "https://localhost:5173",
  "http://LOCALHOST:5173",
  "http://localhost:5173/",
  "http://localhost",
  "http://127.0.0.1:5173",
  "http://user@localhost:5173",
  "null",
  "file://",
  "*",
  "http://localhost:5173 http://evil.example",
  "http://localhost:51730",
  "chrome-extension://abcdef",
  "capacitor://localhost",
  "http://[::1]:5173",
  "javascript:alert(1)",
  " ",
];

describe("A socket at the relay", () => {
  let simulator: OpenAiSimulator;
  let relay: InProcessRelay;
  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 5, realTimeFactor: 100 } });
    relay = await startInProcessRelay(simulator.realtimeUrl, { limits: { tickMs: 25, idleMs: 5_000 } });
  });
  after(async () => {
    await relay.drain();
    await simulator.stop();
  });
  const dial = (query: string, headers: Record<string, string> = {}) =>
    Probe.open(`${relay.url}/api/realtime${query}`, "", { Authorization: "", ...headers });
  const refusedWith = async (client: Probe) => ({
    close: (await client.closed).code,
    code: (client.all("error")[0] as { error: { code: string } } | undefined)?.error.code,
  });

  describe("with a ticket", () => {
    it("that is used by ten at once is let in exactly once", async () => {
      const { query } = await ticketFor(newId(), newId());
      const clients = await Promise.all(Array.from({ length: 10 }, () => dial(query)));
      const outcomes = await Promise.all(
        clients.map((client) =>
          Promise.race([
            client.closed.then(({ code }) => code),
            client.next("session.updated").then(() => "in"),
          ]),
        ),
      );
      assert.deepEqual(
        outcomes.filter((outcome) => outcome !== 4401),
        ["in"],
      );
      for (const client of clients) client.socket.terminate();
    });

    it("that is forged, of another signature, used or of a deleted session is closed with 4401", async () => {
      const { query, sessionId } = await ticketFor(newId(), newId());
      const ticket = query.slice("?ticket=".length);
      const [payload = "", signature = ""] = ticket.split(".");
      const other = JSON.stringify({
        ...JSON.parse(Buffer.from(payload, "base64url").toString()),
        s: newId(),
      });
      const forged = [
        "nonsense",
        `${payload}.${signature.slice(0, -2)}AA`,
        `${Buffer.from(other).toString("base64url")}.${signature}`,
        `${payload}.`,
        "x".repeat(5_000),
      ];
      for (const bad of forged) {
        assert.deepEqual(await refusedWith(await dial(`?ticket=${bad}`)), {
          close: 4401,
          code: "unauthenticated",
        });
      }
      await sessions(createCtx().db).doc(sessionId).delete();
      assert.equal((await refusedWith(await dial(query))).close, 4401);
    });

    it("for a session that has ended since gets 4409, for an expired one 4408", async () => {
      const ended = await ticketFor(newId(), newId());
      await endSession(createCtx(), ended.sessionId, "client");
      assert.equal((await refusedWith(await dial(ended.query))).close, 4409);

      const expired = await ticketFor(newId(), newId());
      await sessions(createCtx().db)
        .doc(expired.sessionId)
        .update({ expiresAt: new Date(Date.now() - 1_000) });
      assert.equal((await refusedWith(await dial(expired.query))).close, 4408);
    });
  });

  describe("with an ID token", () => {
    let user: SignedInUser;
    before(async () => {
      user = await signedInUser();
    });
    after(() => user.signOut());

    it("is let in as a bearer and by subprotocol, and gets a session where it names none", async () => {
      const bearer = await dial("", { Authorization: `Bearer ${user.idToken}` });
      await bearer.next("session.updated");
      bearer.socket.close();
      const socket = new WebSocket(`${relay.url}/v1/realtime`, [
        "realtime",
        `openai-insecure-api-key.${user.idToken}`,
      ]);
      await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
      assert.equal(socket.protocol, "realtime");
      socket.close();
      const own = await sessions(createCtx().db).where("userId", "==", user.uid).get();
      assert.ok(own.size >= 1);
    });

    it("is kept out of another user's session with 4403, and without any credentials with 4401", async () => {
      const { sessionId } = await ticketFor(newId(), newId());
      const intruder = await dial(`?sessionId=${sessionId}`, { Authorization: `Bearer ${user.idToken}` });
      assert.deepEqual(await refusedWith(intruder), { close: 4403, code: "permission_denied" });
      assert.deepEqual(await refusedWith(await dial("")), { close: 4401, code: "unauthenticated" });
      const noToken = await dial("", { Authorization: "Bearer aaa.bbb.ccc" });
      assert.equal((await refusedWith(noToken)).close, 4401);
      const badId = await dial("?sessionId=a%2Fb", { Authorization: `Bearer ${user.idToken}` });
      assert.equal((await refusedWith(badId)).close, 4403);
    });
  });

  describe("of a browser", () => {
    it("is let in from an allowed origin, and from none of 20 hostile ones", async () => {
      const [allowed = ""] = createCtx().config.ALLOWED_ORIGINS;
      const { query } = await ticketFor(newId(), newId());
      for (const origin of HOSTILE_ORIGINS.filter((one) => one !== allowed)) {
        await assert.rejects(dial(query, { Origin: origin }), /403/, origin);
      }
      const client = await dial(query, { Origin: allowed });
      await client.next("session.updated");
      client.socket.close();
    });

    it("finds nothing at another path", async () => {
      await assert.rejects(Probe.open(`${relay.url}/api/other`), /404/);
      await assert.rejects(Probe.open(`${relay.url}//evil/api/realtime`), /404/);
    });
  });

  describe("that asks too much", () => {
    it("is closed with 1009 for a message over 256 KiB", async () => {
      const client = await live();
      client.socket.send("x".repeat(256 * 1_024 + 1));
      assert.equal((await client.closed).code, 1009);
    });

    it("is closed for a flood of fragments", async () => {
      const client = await live();
      const raw = client.socket as unknown as { _socket: { write(bytes: Buffer): void } };
      const fragment = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x41]);
      raw._socket.write(
        Buffer.concat([Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x41]), ...Array(2_000).fill(fragment)]),
      );
      assert.notEqual((await client.closed).code, 1000);
    });

    it("is closed with 4429 far beyond three times real time, and never at real time", async () => {
      const client = await live();
      const second = JSON.stringify({ type: "input_audio_buffer.append", audio: "A".repeat(64_000) });
      for (let seconds = 0; seconds < 10; seconds += 1) client.socket.send(second);
      client.sendAny({ type: "conversation.item.retrieve", item_id: "none", event_id: "still_there" });
      await eventually(async () => assert.ok(client.texts.some((text) => text.includes("still_there"))));
      for (let seconds = 0; seconds < 20; seconds += 1) client.socket.send(second);
      assert.equal((await client.closed).code, 4429);
    });

    it("is closed with 4429 for a flood of pings, and of pongs that nobody asked for", async () => {
      for (const flood of ["ping", "pong"] as const) {
        const client = await live();
        for (let n = 0; n < 20_000; n += 1) client.socket[flood]("x".repeat(125));
        assert.equal((await client.closed).code, 4429, flood);
      }
    });

    it("does not keep a connection that was refused", async () => {
      const refused = connect({ port: relay.port, host: "127.0.0.1", allowHalfOpen: true });
      refused.on("error", () => {});
      refused.write(
        "GET /nope HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      );
      refused.resume();
      await once(refused, "end");
      // Our half is open: only a relay that has let go of its own answers what we write with a reset.
      await eventually(async () => {
        if (!refused.destroyed) refused.write("x");
        assert.ok(refused.destroyed);
      });
    });

    it("is turned away with 1013 where the instance is full", async () => {
      const small = await startInProcessRelay(simulator.realtimeUrl, { limits: { maxConnections: 1 } });
      const first = await openSession(small.url, { sessionId: newId(), userId: newId() });
      await first.next("session.updated");
      const second = await openSession(small.url, { sessionId: newId(), userId: newId() });
      assert.equal((await second.closed).code, 1013);
      first.socket.close();
      await small.drain();
    });

    it("does not get away with headers that never end", async function () {
      this.timeout(30_000);
      const slow = connect(relay.port, "127.0.0.1");
      slow.on("error", () => {});
      slow.write("GET /api/realtime HTTP/1.1\r\nHost: relay\r\n");
      const drip = setInterval(() => slow.write("X-Slow: 1\r\n"), 500);
      await new Promise((resolve) => slow.once("close", resolve));
      clearInterval(drip);
    });

    it("is closed when it does not read, and makes the model wait meanwhile (peer.test.ts bounds the queue)", async function () {
      this.timeout(60_000);
      const hurried = await startInProcessRelay(simulator.realtimeUrl, {
        limits: { tickMs: 25, stallMs: 1_000 },
      });
      simulator.setScript({ turns: [{ reply: "On and on and on it goes. ".repeat(2_000) }] });
      const client = await openSession(hurried.url, { sessionId: newId(), userId: newId() });
      await client.next("session.updated");
      simulator.setScript(undefined);
      client.socket.pause();
      ask(client);
      await eventually(async () =>
        assert.ok(hurried.log.some(({ reason }) => reason === "client does not read")),
      );
      client.socket.terminate();
      await hurried.drain();
    });
  });

  describe("of a session", () => {
    it("is displaced with 4409 by a newer one, which goes on where it was", async () => {
      const session = { sessionId: newId(), userId: newId() };
      const first = await openSession(relay.url, session);
      await first.next("session.updated");
      ask(first);
      await first.next("response.done");
      await eventually(async () => assert.equal(savedItems(first).length, 2));
      const second = await openSession(relay.url, session);
      await second.next("session.updated");
      assert.equal((await first.closed).code, 4409);
      const known = [
        await second.next("conversation.item.added"),
        await second.next("conversation.item.added"),
      ];
      assert.deepEqual(
        known.map(({ item }) => item.id),
        savedItems(first),
      );
      ask(second);
      await second.next("response.done");
      await eventually(async () => {
        const stored = await turns(createCtx().db, session.sessionId).orderBy("order").get();
        assert.deepEqual(
          stored.docs.map((document) => document.data().role),
          ["user", "assistant", "user", "assistant"],
        );
      });
      second.socket.close();
    });

    it("is closed when the session is ended or deleted from anywhere", async () => {
      const user = await signedInUser();
      for (const method of ["end", "delete"]) {
        const sessionId = newId();
        const client = await openSession(relay.url, { sessionId, userId: user.uid });
        await client.next("session.updated");
        const path = `/api/voice/sessions/${sessionId}`;
        const answer =
          method === "end"
            ? await send(`${path}/end`, { method: "POST", token: user.idToken })
            : await send(path, { method: "DELETE", token: user.idToken });
        assert.equal(answer.status, 200);
        assert.equal((await client.closed).code, 1000);
      }
      await user.signOut();
    });

    it("that hangs up and ends it at once loses no word: what was being transcribed is in the whole transcript", async () => {
      simulator.setScript({ turns: [{ heard: "One last thing.", reply: "Yes?" }] });
      const session = { sessionId: newId(), userId: newId() };
      const client = await openSession(relay.url, session);
      await client.next("session.updated");
      simulator.setScript(undefined);
      for (const event of appends(Buffer.concat([speech(), silence(1_000)]))) client.send(event);
      await client.next("input_audio_buffer.committed");
      client.socket.terminate();
      await endSession(createCtx(), session.sessionId, "client");
      await eventually(async () => {
        const transcript = (await transcripts(createCtx().db).doc(session.sessionId).get()).data();
        assert.ok(transcript?.completedAt);
        assert.deepEqual(transcript.messages[0]?.content, "One last thing.");
      });
    });

    it("ends with it: 4408 at its expiry and after too long without a word", async () => {
      const { query, sessionId } = await ticketFor(newId(), newId());
      await sessions(createCtx().db)
        .doc(sessionId)
        .update({ expiresAt: new Date(Date.now() + 700) });
      const expiring = await dial(query);
      assert.deepEqual(await refusedWith(expiring), { close: 4408, code: "session_expired" });

      const session = { sessionId: newId(), userId: newId() };
      const idle = await openSession(relay.url, session);
      assert.deepEqual(await refusedWith(idle), { close: 4408, code: "session_idle" });
      await eventually(async () => {
        const reasons = await Promise.all(
          [sessionId, session.sessionId].map(
            async (id) => (await sessions(createCtx().db).doc(id).get()).data()?.endReason,
          ),
        );
        assert.deepEqual(reasons, ["expired", "idle"]);
      });
    });

    it("finds the server's configuration at the model, and its own wishes in it", async () => {
      const sessionId = newId();
      const ctx = createCtx({ caller: { uid: newId(), claims: {} } });
      ctx.log = createLogger("ERROR");
      const uid = ctx.caller?.uid ?? "";
      const { wsUrl } = await connectVoice(ctx, {
        sessionId,
        userId: uid,
        instructions: "You are a ferryman.",
        voice: "cedar",
        language: "pt-BR",
      });
      const client = await dial(new URL(wsUrl).search);
      await client.next("session.updated");
      client.sendAny({
        type: "session.update",
        session: {
          type: "realtime",
          instructions: "Be a pirate.",
          audio: { output: { voice: "ash", speed: 1.1 } },
        },
      });
      const { session } = await client.next("session.updated");
      const config = session as {
        instructions?: string;
        audio?: {
          output?: { voice?: string; speed?: number };
          input?: { transcription?: { language?: string } };
        };
      };
      assert.match(config.instructions ?? "", /^You are a ferryman\.[\s\S]*Brazilian Portuguese/);
      assert.deepEqual([config.audio?.output?.voice, config.audio?.output?.speed], ["cedar", 1.1]);
      assert.equal(config.audio?.input?.transcription?.language, "pt");
      client.socket.close();
    });
  });

  describe("after all that", () => {
    it("is seen in the metrics, which name nobody", async () => {
      const base = fromStack("RELAY_URL").replace(/^ws/, "http");
      for (const path of ["/healthz", "/readyz"]) assert.equal((await fetch(base + path)).status, 200);
      const text = await (await fetch(`${relay.url.replace(/^ws/, "http")}/metrics`)).text();
      assert.match(text, /voice_relay_closes_total\{code="4401"\} \d+/);
      assert.match(text, /voice_relay_turns_saved_total [1-9]/);
      assert.doesNotMatch(text, /[0-9a-f]{8}-[0-9a-f]{4}/);
      assert.equal((await fetch(`${base}/anything`)).status, 404);
    });
  });

  async function live(): Promise<Probe> {
    const client = await openSession(relay.url, { sessionId: newId(), userId: newId() });
    await client.next("session.updated");
    return client;
  }
});

async function ticketFor(sessionId: string, userId: string): Promise<{ sessionId: string; query: string }> {
  const ctx = createCtx({ caller: { uid: userId, claims: {} } });
  ctx.log = createLogger("ERROR");
  const { wsUrl } = await connectVoice(ctx, { sessionId, userId });
  return { sessionId, query: new URL(wsUrl).search };
}

function ask(client: Probe): void {
  client.sendAny({
    type: "conversation.item.create",
    item: { type: "message", role: "user", content: [{ type: "input_text", text: "Tell me." }] },
  });
  client.sendAny({ type: "response.create" });
}
