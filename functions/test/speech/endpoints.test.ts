import assert from "node:assert/strict";
import { afterEach, before, describe, it } from "mocha";
import { MAX_TEXT_CHARACTERS } from "../../src/speech/limits";
import { DOORS, functionUrl, send } from "../support/http";
import { decodeMp3 } from "../support/mp3";
import { addSimulatorFault, clearSimulatorFaults } from "../support/openAiControl";
import { ownServer } from "../support/ownServer";
import { assertRefusal } from "../support/refusal";
import { type SignedInUser, signedInUser } from "../support/signedInUser";

const TTS = "/api/tts";

describe("POST /api/tts", () => {
  let user: SignedInUser;
  before(async () => {
    user = await signedInUser();
  });
  afterEach(() => clearSimulatorFaults());

  const request = (url: string, body: object) =>
    fetch(url, {
      method: "POST",
      headers: { Authorization: `Bearer ${user.idToken}` },
      body: JSON.stringify(body),
    });
  const post = (body: unknown) => send(TTS, { method: "POST", token: user.idToken, body, door: "function" });

  for (const [door, url] of [
    [DOORS[0], `${process.env.HOSTING_URL}/api/v1/tts`],
    [DOORS[1], functionUrl(TTS)],
  ]) {
    it(`over ${door} answers with audio/mpeg`, async () => {
      const answer = await request(url as string, { text: "Hello there.", voice: "nova" });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("content-type"), "audio/mpeg");
      const { seconds, peak } = await decodeMp3(await answer.bytes());
      assert.ok(seconds > 0.4 && peak > 0.05);
    });
  }

  it("takes 4,096 characters, an emoji counted as one, and not one more", async function () {
    this.timeout(30_000);
    for (const text of ["x ".repeat(MAX_TEXT_CHARACTERS / 2), "😀".repeat(MAX_TEXT_CHARACTERS)]) {
      const answer = await request(functionUrl(TTS), { text });
      assert.equal(answer.status, 200);
      await answer.body?.cancel();
      assertRefusal(await post({ text: `${text}x` }), 400, "text");
    }
  });

  it("refuses bad input by the name of the field", async () => {
    const cases: [unknown, string][] = [
      ["{", "body"],
      [{}, "text"],
      [{ text: "" }, "text"],
      [{ text: " \n\t" }, "text"],
      [{ text: 5 }, "text"],
      [{ text: "Hello", voice: "darth" }, "voice"],
      [{ text: "Hello", voice: "" }, "voice"],
      [{ text: "Hello", voice: null }, "voice"],
      [{ text: "Hello", speed: 2 }, "speed"],
    ];
    for (const [body, field] of cases) assertRefusal(await post(body), 400, field);
  });

  it("wants POST and a token", async () => {
    assertRefusal(await send(TTS, { token: user.idToken }), 405);
    assertRefusal(await send(TTS, { method: "POST", body: { text: "Hello" } }), 401);
  });

  it("that fails before its first byte answers in JSON", async () => {
    await addSimulatorFault({ kind: "http_429", endpoint: "speech" });
    assertRefusal(await post({ text: "Hello" }), 503);
  });

  it("that fails after its first byte is cut off, so that nobody takes a part for the whole", async function () {
    this.timeout(30_000);
    // Not by the emulator, which keeps the connection of a function that cuts its own.
    const server = await ownServer("ttsHttp");
    try {
      await addSimulatorFault({ kind: "stream_cut", endpoint: "speech", afterChunks: 1 });
      const answer = await request(server.url + TTS, { text: "Hello there, how are you today?" });
      assert.equal(answer.status, 200);
      await assert.rejects(answer.bytes());
    } finally {
      server.stop();
    }
  });
});
