import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { newId } from "../../src/core/ids";
import { DEFAULT_VOICE } from "../../src/voice/defaults";
import { SESSION_TTL_SECONDS } from "../../src/voice/limits";
import { signedInUser } from "../support/signedInUser";
import { fromStack } from "../support/stackEnvironment";
import { refusal, VOICE_APIS } from "../support/voiceApi";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const MESSAGES = [
  { role: "user", content: "Hello, I need help with my goals", timestamp: "2026-01-01T12:00:00Z" },
  { role: "assistant", content: "I'd be happy to help.", timestamp: "2026-01-01T12:00:05Z" },
];

for (const api of VOICE_APIS) {
  describe(`voice sessions over ${api.name}`, function () {
    // The emulator starts a process for each function that is called for the first time.
    this.timeout(60_000);
    it("connect: a relay address with a ticket, the session's id and when it ends, and nothing else", async () => {
      const user = await signedInUser();
      const sessionId = newId();
      const before = Date.now();
      const given = (await api.connect(user, { sessionId, userId: user.uid })) as Record<string, string>;
      assert.deepEqual(Object.keys(given).sort(), ["expiresAt", "sessionId", "wsUrl"]);
      assert.equal(given.sessionId, sessionId);
      assert.match(given.expiresAt ?? "", INSTANT);
      const lasts = Date.parse(given.expiresAt ?? "") - before;
      assert.ok(Math.abs(lasts - SESSION_TTL_SECONDS * 1_000) < 20_000, `lasts ${lasts} ms`);
      const url = new URL(given.wsUrl ?? "");
      assert.equal(`${url.origin}${url.pathname}`, `${fromStack("RELAY_URL")}/api/realtime`);
      assert.deepEqual([...url.searchParams.keys()], ["ticket"]);
      assert.doesNotMatch(JSON.stringify(given), /sk-|openai/i);
    });

    it("connect takes instructions, voice and language, and the session keeps them", async () => {
      const user = await signedInUser();
      const sessionId = newId();
      await api.connect(user, {
        sessionId,
        userId: user.uid,
        instructions: "Speak like a pirate.",
        voice: "cedar",
        language: "pt-BR",
        transport: "relay",
      });
      const session = (await api.get(user, sessionId)) as Record<string, unknown>;
      assert.equal(session.voice, "cedar");
      assert.equal(session.language, "pt-BR");
      assert.equal("instructions" in session, false, "what the client has sent is not sent back");
    });

    it("connecting again to one's own open session gives another ticket for the same session", async () => {
      const user = await signedInUser();
      const input = { sessionId: newId(), userId: user.uid };
      const first = (await api.connect(user, input)) as Record<string, string>;
      const second = (await api.connect(user, input)) as Record<string, string>;
      assert.equal(second.expiresAt, first.expiresAt);
      assert.notEqual(second.wsUrl, first.wsUrl);
    });

    it("connecting to an ended session is a conflict", async () => {
      const user = await signedInUser();
      const input = { sessionId: newId(), userId: user.uid };
      await api.connect(user, input);
      await api.end(user, input.sessionId);
      const refused = await refusal(api.connect(user, input));
      assert.equal(refused.status ?? refused.code, refused.status ? 409 : "failed-precondition");
    });

    it("get: the session, exactly", async () => {
      const user = await signedInUser();
      const sessionId = newId();
      const { expiresAt } = (await api.connect(user, { sessionId, userId: user.uid })) as Record<
        string,
        string
      >;
      const { createdAt, model, ...session } = (await api.get(user, sessionId)) as Record<string, string>;
      assert.deepEqual(session, {
        sessionId,
        userId: user.uid,
        kind: "app",
        status: "active",
        expiresAt,
        voice: DEFAULT_VOICE,
      });
      assert.match(createdAt ?? "", INSTANT);
      assert.ok(model);
    });

    it("end: success, once and again, and the session says when and why", async () => {
      const user = await signedInUser();
      const sessionId = newId();
      await api.connect(user, { sessionId, userId: user.uid });
      assert.deepEqual(await api.end(user, sessionId), { success: true });
      const ended = (await api.get(user, sessionId)) as Record<string, string>;
      assert.equal(ended.status, "ended");
      assert.equal(ended.endReason, "client");
      assert.match(ended.endedAt ?? "", INSTANT);
      assert.deepEqual(await api.end(user, sessionId), { success: true });
      const again = (await api.get(user, sessionId)) as Record<string, string>;
      assert.equal(again.endedAt, ended.endedAt);
    });

    it("transcript: saved, read back in order, and replaced when it is saved again", async () => {
      const user = await signedInUser();
      const sessionId = newId();
      await api.connect(user, { sessionId, userId: user.uid });
      assert.deepEqual(await api.saveTranscript(user, sessionId, MESSAGES), { success: true });
      const { createdAt, ...transcript } = (await api.getTranscript(user, sessionId)) as Record<
        string,
        string
      >;
      assert.match(createdAt ?? "", INSTANT);
      assert.deepEqual(transcript, {
        sessionId,
        userId: user.uid,
        messages: MESSAGES,
        complete: false,
        truncated: false,
      });
      await api.saveTranscript(user, sessionId, MESSAGES.slice(0, 1));
      const replaced = (await api.getTranscript(user, sessionId)) as Record<string, unknown>;
      assert.deepEqual(replaced.messages, MESSAGES.slice(0, 1));
    });

    it("list: one's own sessions, newest first, in pages", async () => {
      const user = await signedInUser();
      const ids: string[] = [];
      for (let n = 0; n < 3; n += 1) {
        const sessionId = newId();
        ids.unshift(sessionId);
        await api.connect(user, { sessionId, userId: user.uid });
      }
      const one = await api.get(user, ids[0] ?? "");
      const first = await api.list(user, { userId: user.uid, limit: 2 });
      assert.deepEqual(first.sessions[0], one);
      const rest = await api.list(user, { userId: user.uid, limit: 2, cursor: first.nextCursor });
      assert.deepEqual(
        [...first.sessions, ...rest.sessions].map((session) => (session as { sessionId: string }).sessionId),
        ids,
      );
      assert.equal(rest.nextCursor, undefined);
      assert.equal((await api.list(user, { userId: user.uid })).sessions.length, 3);
    });

    it("delete: the session is gone for every operation", async () => {
      const user = await signedInUser();
      const sessionId = newId();
      await api.connect(user, { sessionId, userId: user.uid });
      await api.saveTranscript(user, sessionId, MESSAGES);
      assert.deepEqual(await api.erase(user, sessionId), { success: true });
      const refusals = [api.get, api.getTranscript, api.end, api.erase].map((route) =>
        refusal(route(user, sessionId)),
      );
      for (const refused of await Promise.all(refusals)) {
        assert.equal(refused.status ?? refused.code, refused.status ? 404 : "not-found");
      }
      assert.deepEqual((await api.list(user, { userId: user.uid })).sessions, []);
    });

    it("a userId other than the caller's is refused as Unauthorized", async () => {
      const [user, other] = await Promise.all([signedInUser(), signedInUser()]);
      const refusals = [
        refusal(api.connect(user, { sessionId: newId(), userId: other.uid })),
        refusal(api.list(user, { userId: other.uid })),
      ];
      for (const refused of await Promise.all(refusals)) {
        assert.equal(refused.status ?? refused.code, refused.status ? 403 : "permission-denied");
        if (refused.status) assert.deepEqual(refused.body, { error: "Unauthorized" });
        else assert.match(refused.message, /^Unauthorized/);
      }
    });

    it("another user's session answers as a missing one does, by every route", async () => {
      const [owner, other] = await Promise.all([signedInUser(), signedInUser()]);
      const sessionId = newId();
      const missing = newId();
      await api.connect(owner, { sessionId, userId: owner.uid });
      await api.saveTranscript(owner, sessionId, MESSAGES);
      const kept = await Promise.all([api.get(owner, sessionId), api.getTranscript(owner, sessionId)]);
      const routes = [api.get, api.getTranscript, api.end, api.erase].map(
        (route) => (id: string) => route(other, id),
      );
      routes.push((id) => api.saveTranscript(other, id, []));
      for (const [index, route] of routes.entries()) {
        const [theirs, none] = await Promise.all([refusal(route(sessionId)), refusal(route(missing))]);
        const isSaving = index === routes.length - 1;
        const expected = theirs.status ? [404, 403] : ["not-found", "permission-denied"];
        assert.equal(theirs.status ?? theirs.code, expected[isSaving ? 1 : 0]);
        assert.deepEqual(
          [theirs.status, theirs.code, theirs.message],
          [none.status, none.code, none.message],
        );
      }
      const connecting = await refusal(api.connect(other, { sessionId, userId: other.uid }));
      assert.equal(connecting.status ?? connecting.code, connecting.status ? 403 : "permission-denied");
      assert.deepEqual((await api.list(other, { userId: other.uid })).sessions, []);
      assert.deepEqual(
        await Promise.all([api.get(owner, sessionId), api.getTranscript(owner, sessionId)]),
        kept,
        "and nothing has happened to it",
      );
    });
  });
}

describe("the session list over HTTPS", () => {
  it("says in X-Next-Cursor where the next page begins, and only while there is one", async () => {
    const [api] = VOICE_APIS;
    const user = await signedInUser();
    assert.equal((await api?.list(user, { userId: user.uid }))?.nextCursor, undefined);
  });
});
