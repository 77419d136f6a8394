import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.js";
import { type Bench, FROM, startBench, TO } from "./bench.js";
import { sdkFor } from "./client.js";
import { refusal } from "./refusal.js";

const SID = /^CA[0-9a-f]{32}$/;
const HANGUP = "<Response><Hangup/></Response>";

describe("The simulated Twilio REST API, by Twilio's SDK", () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench({ script: { price: { afterMs: 50 } } });
  });
  after(() => bench.stop());

  const create = (options: Record<string, unknown> = {}) =>
    bench.sdk.calls.create({ to: TO, from: FROM, twiml: HANGUP, ...options });

  it("creates a call that is queued, and shows its end, length and, later, price", async () => {
    const created = await create();
    assert.match(created.sid, SID);
    assert.equal(created.status, "queued");
    assert.equal(created.direction, "outbound-api");
    assert.equal(created.price, null);
    await bench.ended(created.sid);
    const ended = await eventually(async () => {
      const call = await bench.sdk.calls(created.sid).fetch();
      assert.equal(call.price, "-0.0140");
      return call;
    });
    assert.equal(ended.status, "completed");
    assert.equal(ended.priceUnit, "USD");
    assert.match(ended.duration, /^\d+$/);
    assert.ok(ended.startTime instanceof Date && ended.endTime >= ended.startTime);
  });

  const REFUSED: [what: string, code: number, options: Record<string, unknown>][] = [
    ["no To", 21201, { to: "" }],
    ["a To that is no number", 21211, { to: "0800 call me" }],
    ["Twilio's own invalid To", 21211, { to: "+15005550001" }],
    ["a To that cannot be reached", 21214, { to: "+15005550002" }],
    ["no From", 21213, { from: "" }],
    ["a From that is no number", 21212, { from: "me" }],
    ["a From that is not owned", 21210, { from: "+14155550111" }],
    ["a Url that is none", 21205, { twiml: undefined, url: "voice.xml" }],
    ["neither Url nor Twiml", 21205, { twiml: undefined }],
    ["both Url and Twiml", 20001, { url: "https://example.com/voice" }],
    ["Twiml that is too long", 32018, { twiml: "x".repeat(4_001) }],
    ["a Method that is none", 21209, { method: "PUT" }],
    ["an event that is none", 21626, { statusCallbackEvent: ["hungup"] }],
    ["a Timeout that is none", 21208, { timeout: 601 }],
    ["a TimeLimit of nothing", 20001, { timeLimit: 0 }],
    ["unknown recording channels", 20001, { recordingChannels: "quad" }],
  ];
  for (const [what, code, options] of REFUSED) {
    it(`refuses ${what} with ${code}`, async () => {
      assert.deepEqual(await refusal(create(options)), { status: 400, code });
    });
  }

  it("refuses a wrong token with 20003, and knows no other account or call", async () => {
    const stranger = sdkFor(bench.simulator, "wrong");
    assert.deepEqual(await refusal(stranger.calls.list()), { status: 401, code: 20003 });
    const missing = bench.sdk.calls(`CA${"0".repeat(32)}`);
    assert.deepEqual(await refusal(missing.fetch()), { status: 404, code: 20404 });
    assert.deepEqual(await refusal(missing.update({ status: "completed" })), { status: 404, code: 20404 });
    const other = bench.sdk.api.v2010.accounts(`AC${"9".repeat(32)}`);
    assert.deepEqual(await refusal(other.calls.list()), { status: 404, code: 20404 });
  });

  it("hangs up a call in progress and refuses to change one that has ended", async () => {
    const { sid } = await create({ twiml: '<Response><Pause length="60"/></Response>' });
    await eventually(async () => assert.equal(bench.simulator.call(sid).status, "in-progress"));
    const updated = await bench.sdk.calls(sid).update({ status: "completed" });
    assert.equal(updated.status, "completed");
    for (const change of [{ status: "completed" as const }, { twiml: HANGUP }]) {
      assert.deepEqual(await refusal(bench.sdk.calls(sid).update(change)), { status: 400, code: 21220 });
    }
  });

  it("cancels a call that rings, and redirects none", async () => {
    bench.simulator.setScript({ ringMs: 60_000 });
    const { sid } = await create();
    bench.simulator.setScript(undefined);
    await eventually(async () => assert.equal((await bench.sdk.calls(sid).fetch()).status, "ringing"));
    assert.deepEqual(await refusal(bench.sdk.calls(sid).update({ twiml: HANGUP })), {
      status: 400,
      code: 21220,
    });
    await bench.sdk.calls(sid).update({ status: "canceled" });
    assert.equal((await bench.ended(sid)).status, "canceled");
  });

  it("runs other TwiML in a call in progress", async () => {
    const { sid } = await create({ twiml: '<Response><Pause length="60"/></Response>' });
    await eventually(async () => assert.equal(bench.simulator.call(sid).status, "in-progress"));
    await bench.sdk.calls(sid).update({ twiml: "<Response><Say>Goodbye</Say></Response>" });
    const { verbs } = await bench.ended(sid);
    assert.deepEqual(
      verbs.map(({ verb }) => verb),
      ["Pause", "Say"],
    );
  });

  it("lists calls, newest first, by every filter and over pages", async () => {
    const to = "+14155550177";
    const sids: string[] = [];
    for (let i = 0; i < 5; i += 1) sids.unshift((await create({ to })).sid);
    for (const sid of sids) await bench.ended(sid);
    const listed = async (filters: Parameters<typeof bench.sdk.calls.list>[0]) =>
      (await bench.sdk.calls.list(filters)).map(({ sid }) => sid);
    assert.deepEqual(await listed({ to, from: FROM, status: "completed" }), sids);
    assert.deepEqual(await listed({ to, pageSize: 2 }), sids);
    assert.deepEqual(await listed({ to, pageSize: 2, limit: 3 }), sids.slice(0, 3));
    const [hourAgo, soon] = [new Date(Date.now() - 3_600_000), new Date(Date.now() + 3_600_000)];
    assert.deepEqual(await listed({ to, startTimeAfter: hourAgo, startTimeBefore: soon }), sids);
    assert.deepEqual(await listed({ to, startTimeAfter: soon }), []);
    assert.deepEqual(await listed({ to, status: "busy" }), []);
  });

  it("deletes a call that has ended, and no other", async () => {
    const { sid } = await create({ twiml: '<Response><Pause length="60"/></Response>' });
    assert.deepEqual(await refusal(bench.sdk.calls(sid).remove()), { status: 409, code: 20009 });
    await bench.sdk.calls(sid).update({ status: "completed" });
    assert.equal(await bench.sdk.calls(sid).remove(), true);
    assert.deepEqual(await refusal(bench.sdk.calls(sid).fetch()), { status: 404, code: 20404 });
  });

  it("gives credentials for TURN, as long as asked", async () => {
    const token = await bench.sdk.tokens.create({ ttl: 600 });
    assert.equal(token.ttl, "600");
    const turn = token.iceServers.filter(({ urls }) => urls?.startsWith("turn:"));
    assert.ok(turn.length > 0);
    for (const server of turn) assert.ok(server.username && server.credential);
    assert.ok(token.iceServers.some(({ url }) => String(url).startsWith("stun:")));
    assert.deepEqual(await refusal(bench.sdk.tokens.create({ ttl: 0 })), { status: 400, code: 20001 });
  });

  it("keeps a recording in two channels, reports it signed, serves and deletes it", async () => {
    const { application } = bench;
    const { sid } = await create({
      record: true,
      recordingChannels: "dual",
      recordingStatusCallback: `${application.url}/recording`,
    });
    await bench.ended(sid);
    const reported = await eventually(async () => {
      const found = application.at("/recording").find(({ params }) => params.CallSid === sid);
      assert.ok(found);
      return found;
    });
    assert.ok(reported.isSigned);
    assert.equal(reported.params.RecordingStatus, "completed");
    assert.equal(reported.params.RecordingChannels, "2");
    const [recording] = await bench.sdk.calls(sid).recordings.list();
    assert.equal(recording?.sid, reported.params.RecordingSid);
    assert.equal(recording?.channels, 2);
    const all = await bench.sdk.recordings.list({ callSid: sid });
    assert.equal(all.length, 1);
    const file = Buffer.from(await (await fetch(`${reported.params.RecordingUrl}.wav`)).arrayBuffer());
    assert.equal(file.toString("latin1", 0, 4), "RIFF");
    assert.equal(file.readUInt16LE(22), 2);
    assert.equal(file.readUInt32LE(24), 8_000);
    await bench.sdk.recordings(reported.params.RecordingSid ?? "").remove();
    assert.deepEqual(await bench.sdk.recordings.list({ callSid: sid }), []);
    assert.equal((await fetch(`${reported.params.RecordingUrl}.wav`)).status, 404);
  });

  it("fails as it is told: before a call is made, after it, and by silence", async () => {
    const made = () => bench.simulator.calls().length;
    const before = made();
    bench.simulator.addFault({ on: "create", status: 503, code: 20_503 });
    assert.deepEqual(await refusal(create()), { status: 503, code: 20_503 });
    assert.equal(made(), before);
    bench.simulator.addFault({ on: "create", status: 500, afterCreating: true });
    assert.deepEqual(await refusal(create()), { status: 500, code: 20_500 });
    assert.equal(made(), before + 1);
    bench.simulator.addFault({ on: "create", afterCreating: true });
    await assert.rejects(create(), /socket hang up|ECONNRESET/);
    assert.equal(made(), before + 2);
    bench.simulator.addFault({ on: "list", hangMs: 60 });
    await bench.sdk.calls.list({ limit: 1 });
    await create();
    const { status, params } = bench.simulator.requests().at(-1) ?? {};
    assert.equal(status, 201);
    assert.equal(params?.To, TO);
  });
});
