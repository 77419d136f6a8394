import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "mocha";
import WebSocket from "ws";
import { eraseAgain } from "../../src/accounts/erasures";
import { createCtx } from "../../src/core/ctx";
import { firestore } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import { createScenario } from "../../src/scenarios/createScenario";
import { account, ask, assertDetail, PASSWORD } from "../support/assistantApi";
import { eventually } from "../support/eventually";
import { everyDocument } from "../support/everyDocument";

describe("DELETE /users/me", () => {
  it("erases the account and everything of that user everywhere, and closes their open sockets", async function () {
    this.timeout(90_000);
    const [ann, bob] = [await account(), await account()];
    const as = (who: typeof ann) => ({ token: who.accessToken });
    for (const who of [ann, bob]) {
      const persona = { persona: "You are kind.", prompt: "Help.", voice_type: "neutral" };
      assert.equal(
        (await ask("POST", "/realtime/custom-scenario", { ...as(who), body: persona })).status,
        201,
      );
      const chat = { messages: [{ role: "user", content: "Hello" }] };
      assert.equal((await ask("POST", "/api/chat", { ...as(who), body: chat })).status, 200);
      await ask("POST", "/api/tts", { ...as(who), body: { text: "Yes." } });
    }
    const sessionId = newId();
    const connected = await ask("POST", "/api/voice/connect", {
      ...as(ann),
      body: { sessionId, userId: ann.id },
    });
    const { wsUrl } = connected.body as { wsUrl: string };
    const socket = new WebSocket(wsUrl);
    await once(socket, "message");
    socket.send(
      JSON.stringify({
        type: "conversation.item.create",
        item: { type: "message", role: "user", content: [{ type: "input_text", text: "Remember me" }] },
      }),
    );
    // A session that nobody took up, with a ticket that nobody used.
    await ask("POST", "/api/voice/connect", { ...as(ann), body: { sessionId: newId(), userId: ann.id } });

    const db = firestore();
    const ofUser = async (id: string) =>
      (await everyDocument(db)).filter(({ path, data }) => JSON.stringify([path, data]).includes(id));
    await eventually(async () =>
      assert.ok((await ofUser(ann.id)).some(({ path }) => path.includes("/turns/"))),
    );
    const bobs = (await ofUser(bob.id)).length;
    assert.ok((await ofUser(ann.id)).length > 6);

    const closed = once(socket, "close");
    const answer = await ask("DELETE", "/users/me", as(ann));
    assert.equal(answer.status, 200, answer.text);
    const [code] = await closed;
    assert.equal(code, 1000);
    // The relay lets go of the socket, and triggers run, after the answer.
    const left = async () => (await ofUser(ann.id)).filter(({ path }) => !path.startsWith("erasures/"));
    await eventually(async () => assert.deepEqual(await left(), []));
    assert.equal((await ofUser(bob.id)).length, bobs, "another user's stay");

    // A token outlives its account by up to an hour: what still comes by it goes when the hour is over.
    const late = createCtx({ caller: { uid: ann.id, claims: {} } });
    const own = { persona: "x", prompt: "x", voice_type: "neutral", temperature: 1 } as const;
    await createScenario(late, { ...own, on_voicemail: "carry_on" });
    const ctxIn = (minutes: number) =>
      Object.assign(createCtx(), { now: () => new Date(Date.now() + minutes * 60_000) });
    await eraseAgain(ctxIn(60));
    assert.equal((await left()).length > 0, true);
    await eraseAgain(ctxIn(80));
    assert.deepEqual(await ofUser(ann.id), []);

    assertDetail(await ask("GET", "/users/me", as(ann)), 401);
    assertDetail(await ask("POST", "/auth/login", { body: { email: ann.email, password: PASSWORD } }), 401);
    assertDetail(await ask("POST", "/auth/refresh", { body: { refresh_token: ann.refreshToken } }), 401);
    const again = await ask("POST", "/auth/register", { body: { email: ann.email, password: PASSWORD } });
    assert.equal(again.status, 201);
    assert.notEqual((again.body as { id: string }).id, ann.id);
  });
});
