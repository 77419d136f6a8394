import assert from "node:assert/strict";
import { newId } from "../../../src/core/ids";
import { signatureOf } from "../../../src/providers/twilioSignature";
import { RELAY_LIMITS } from "../../../src/relay/limits";
import { eventually } from "../../support/eventually";
import { type FakeModel, startFakeModel } from "../../support/fakeModel";
import { Phone, phoneSession, signedHeaders, tokenFor } from "../../support/phoneCall";
import { type PhoneRelay, startPhoneRelay } from "../../support/phoneRelay";
import { fromStack } from "../../support/stackEnvironment";

const PATH = "/media-stream/support";

describe("A media stream", () => {
  let model: FakeModel;
  let relay: PhoneRelay;
  before(async () => {
    model = await startFakeModel();
    relay = await startPhoneRelay(model.url, { limits: { streamStartMs: 400 } });
  });
  after(async () => {
    await relay.drain();
    await model.stop();
  });

  const signedAs = (url: string, token = fromStack("TWILIO_AUTH_TOKEN")) => ({
    "X-Twilio-Signature": signatureOf(token, { url }),
  });
  const own = () => fromStack("RELAY_URL");
  const refused: [string, string, () => Record<string, string>][] = [
    ["is not signed", PATH, () => ({})],
    ["is signed with nothing", PATH, () => ({ "X-Twilio-Signature": "" })],
    ["is signed with another token", PATH, () => signedAs(own() + PATH, "another-token")],
    ["is signed for another path", PATH, () => signedAs(`${own()}/media-stream/sales`)],
    ["is signed for the address that it was sent to", PATH, () => signedAs(relay.url + PATH)],
    ["names another Host", PATH, () => ({ ...signedAs(`ws://evil.example${PATH}`), Host: "evil.example" })],
    ["is signed for http", PATH, () => signedAs(own().replace("ws", "http") + PATH)],
    ["has a query", `${PATH}?a=1`, () => signedHeaders(`${PATH}?a=1`)],
    ["has an empty query", `${PATH}?`, () => signedHeaders(`${PATH}?`)],
    ["comes from a page", PATH, () => ({ ...signedHeaders(PATH), Origin: "http://localhost:5173" })],
  ];
  for (const [what, path, headers] of refused) {
    it(`that ${what} is refused with 403`, async () => {
      await assert.rejects(Phone.dial(relay.url, path, headers()), /403/);
    });
  }

  for (const path of [
    "/media-stream",
    "/media-stream/",
    `${PATH}/more`,
    `/media-stream/${"x".repeat(129)}`,
  ]) {
    it(`is not at ${path.slice(0, 30)}`, async () => {
      await assert.rejects(Phone.dial(relay.url, path), /404/);
    });
  }

  for (const missing of ["TWILIO_AUTH_TOKEN", "RELAY_URL"] as const) {
    it(`is refused whatever it is signed with where ${missing} is not configured`, async () => {
      const closed = await startPhoneRelay(model.url, { config: { [missing]: undefined } });
      const forged = [signedHeaders(PATH), signedAs(PATH, ""), signedAs(`undefined${PATH}`), signedAs(PATH)];
      for (const headers of forged) await assert.rejects(Phone.dial(closed.url, PATH, headers), /403/);
      await closed.drain();
    });
  }

  it("is signed for the relay's address by wss, also where that is configured as https", async () => {
    const behind = await startPhoneRelay(model.url, { config: { RELAY_URL: "https://relay.example.com" } });
    const phone = await Phone.dial(behind.url, PATH, signedAs(`wss://relay.example.com${PATH}`));
    const { token } = await phoneSession();
    phone.connect();
    phone.start(token);
    await eventually(async () => assert.ok(model.received.some(({ type }) => type === "session.update")));
    phone.hangUp();
    await behind.drain();
  });

  const turnedAway: [string, (phone: Phone) => unknown, number][] = [
    ["says nothing", () => {}, 4401],
    ["says only that it is connected", (phone) => phone.connect(), 4401],
    ["starts without a token", (phone) => phone.start(undefined), 4401],
    ["starts with a token that is none", (phone) => phone.start("nonsense"), 4401],
    [
      "starts with another encoding",
      async (phone) => phone.start(await fresh(), { encoding: "audio/l16" }),
      4401,
    ],
    ["starts with a token that is late", async (phone) => phone.start(await late()), 4401],
    ["starts with a token of a session of another kind", async (phone) => phone.start(await ofAnApp()), 4403],
    ["sends a frame over 256 KiB", (phone) => phone.send("x".repeat(RELAY_LIMITS.maxMessageBytes + 1)), 1009],
  ];
  for (const [what, act, code] of turnedAway) {
    it(`that ${what} is closed with ${code}`, async () => {
      const phone = await Phone.dial(relay.url);
      await act(phone);
      assert.equal((await phone.closed).code, code);
      assert.deepEqual(phone.messages, [], "Twilio understands no errors of ours");
    });
  }

  it("that sends junk instead of its start is closed at 16 KiB, not when its time is up", async () => {
    const patient = await startPhoneRelay(model.url, { limits: { streamStartMs: 60_000 } });
    for (const junk of ["{}", "junk", '{"event":"media","media":{"payload":"AAAA"}}', '{"event":"start"}']) {
      const phone = await Phone.dial(patient.url);
      for (let sent = 0; sent < 200; sent += 1) phone.send(junk);
      assert.equal((await phone.closed).code, 4401);
    }
    await patient.drain();
  });

  it("has a token that is good for one stream, of five that show it at once", async () => {
    const { token } = await phoneSession();
    const phones = await Promise.all(Array.from({ length: 5 }, () => Phone.call(relay.url, token)));
    const codes: number[] = [];
    for (const { closed } of phones) void closed.then(({ code }) => codes.push(code));
    await eventually(async () => assert.equal(codes.length, 4));
    assert.equal(await later(300), "in");
    assert.deepEqual(codes, Array(4).fill(4401));
    for (const phone of phones) phone.hangUp();
  });

  const misbehaving: [string, (phone: Phone, token: string) => void, number][] = [
    ["starts again", (phone, token) => phone.start(token), 1008],
    ["sends endless junk", (phone) => times(30, () => phone.send("junk")), 1008],
    ["sends binary frames", (phone) => times(30, () => phone.socket.send(Buffer.alloc(160))), 1008],
    ["sends what lacks its parts", (phone) => times(30, () => phone.send('{"event":"mark"}')), 1008],
    ["sends more than anybody can say", (phone) => phone.say(Buffer.alloc(5_000 * 160)), 4429],
  ];
  for (const [what, act, code] of misbehaving) {
    it(`that ${what} in a call is closed with ${code}`, async () => {
      const { token } = await phoneSession();
      const phone = await Phone.call(relay.url, token);
      await eventually(async () =>
        assert.ok(relay.log.some(({ message }) => message === "voice connection opened")),
      );
      act(phone, token);
      assert.equal((await phone.closed).code, code);
    });
  }

  it("may send events that we do not know yet", async () => {
    const { token } = await phoneSession();
    const phone = await Phone.call(relay.url, token);
    times(50, () => phone.send('{"event":"weather","weather":"fine"}'));
    assert.equal(await Promise.race([phone.closed, later(500)]), "in");
    phone.hangUp();
  });

  async function fresh(): Promise<string> {
    return (await phoneSession()).token;
  }
  async function late(): Promise<string> {
    return tokenFor(await phoneSession(), 61);
  }
  async function ofAnApp(): Promise<string> {
    return (await phoneSession({ sessionId: newId(), kind: "app" })).token;
  }
});

function times(count: number, act: () => void): void {
  for (let done = 0; done < count; done += 1) act();
}

function later(ms: number): Promise<"in"> {
  return new Promise((resolve) => setTimeout(() => resolve("in"), ms));
}
