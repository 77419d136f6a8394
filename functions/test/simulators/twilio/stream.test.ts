import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { decodeMuLaw } from "../../../simulators/audio/g711.js";
import type { StreamView } from "../../../simulators/twilio/callView.js";
import type { CallerStep } from "../../../simulators/twilio/script.js";
import { speechSound } from "../../../simulators/twilio/stream/sounds.js";
import { eventually } from "../../support/eventually.js";
import { type Bench, startBench } from "./bench.js";
import { ServedStream } from "./streamServer.js";

describe("A simulated media stream", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench({ script: { ringMs: 5, sayMs: 5 } });
  });
  afterEach(() => bench.stop());

  async function connected({ says = [], more = "" }: { says?: CallerStep[]; more?: string } = {}) {
    bench.simulator.setScript({ ringMs: 5, sayMs: 5, caller: { says } });
    const opened = ServedStream.next(bench.application);
    const sid = await bench.call(bench.application.connect() + more);
    return { sid, stream: await opened };
  }

  function viewOf(sid: string): StreamView {
    const [view] = bench.simulator.call(sid).streams;
    assert.ok(view);
    const { receivedBytes, playedBytes, clearedBytes, queuedBytes } = view;
    assert.equal(receivedBytes, playedBytes + clearedBytes + queuedBytes);
    return view;
  }

  it("opens signed, says what it is, and sends 20 ms of µ-law at a time, numbered", async () => {
    const { sid, stream } = await connected();
    const media = await stream.until("media", 10);
    const [first, second] = stream.messages;
    assert.deepEqual(first, { event: "connected", protocol: "Call", version: "1.0.0" });
    assert.deepEqual(second, {
      event: "start",
      sequenceNumber: "1",
      start: {
        accountSid: bench.simulator.account.sid,
        streamSid: stream.streamSid,
        callSid: sid,
        tracks: ["inbound"],
        mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8_000, channels: 1 },
        customParameters: { callToken: "a&b" },
      },
      streamSid: stream.streamSid,
    });
    assert.match(stream.streamSid, /^MZ[0-9a-f]{32}$/);
    assert.ok(bench.application.sockets[0]?.isSigned);
    for (const [i, message] of media.entries()) {
      assert.equal(message.sequenceNumber, String(i + 2));
      assert.equal(message.media?.chunk, String(i + 1));
      assert.equal(message.media?.timestamp, String(i * 20));
      assert.equal(Buffer.from(message.media?.payload ?? "", "base64").length, 160);
    }
  });

  it("plays in real time, and echoes a mark when all before it was played", async () => {
    const { sid, stream } = await connected();
    stream.play(speechSound(300));
    stream.mark("end");
    await stream.until("mark");
    const view = viewOf(sid);
    const [mark] = view.marks;
    assert.equal(mark?.atByte, 2_400);
    assert.equal(mark.playedBytes, 2_400);
    assert.ok((mark.echoedAtMs ?? 0) - mark.receivedAtMs >= 290);
    assert.equal(view.heardMs, 300);
    assert.equal(view.heard.length, 1);
  });

  it("echoes a mark at once when nothing waits", async () => {
    const { sid, stream } = await connected();
    stream.mark("now");
    await stream.until("mark");
    const [mark] = viewOf(sid).marks;
    assert.equal(mark?.echoedAtMs && Math.round(mark.echoedAtMs - mark.receivedAtMs), 0);
  });

  it("drops what waits on a clear, and echoes its marks in order at once", async () => {
    const { sid, stream } = await connected();
    stream.play(speechSound(5_000));
    stream.mark("first");
    stream.play(speechSound(5_000));
    stream.mark("second");
    await eventually(async () => assert.ok(viewOf(sid).playedBytes > 0));
    stream.clear();
    const echoed = await stream.until("mark", 2);
    assert.deepEqual(
      echoed.map(({ mark }) => mark?.name),
      ["first", "second"],
    );
    const view = viewOf(sid);
    assert.equal(view.receivedBytes, 80_000);
    assert.equal(view.queuedBytes, 0);
    assert.equal(view.clears[0]?.clearedBytes, view.clearedBytes);
    assert.ok(view.clearedBytes > 0 && view.marks.every(({ cleared }) => cleared));
  });

  it("counts what was still to be played when the application closes, and goes on", async () => {
    const { sid, stream } = await connected({ more: "<Say>Goodbye</Say>" });
    stream.play(speechSound(60_000));
    await eventually(async () => assert.ok(viewOf(sid).playedBytes > 0));
    stream.socket.close(1000);
    const { verbs, status } = await bench.ended(sid);
    assert.deepEqual([verbs.at(-1)?.verb, status], ["Say", "completed"]);
    const view = viewOf(sid);
    assert.deepEqual([view.end?.by, view.end?.code], ["server", 1000]);
    assert.ok(view.queuedBytes > 0);
  });

  const GARBAGE: [what: string, code: number, message: string | Buffer][] = [
    ["what is no JSON", 31951, "hello"],
    ["an event that there is not", 31951, '{"event":"pause","streamSid":"SID"}'],
    ["audio that is not base64", 31951, '{"event":"media","streamSid":"SID","media":{"payload":"é"}}'],
    ["a field that there is not", 31951, '{"event":"clear","streamSid":"SID","now":true}'],
    ["another stream's sid", 31951, '{"event":"clear","streamSid":"MZ0"}'],
    ["a binary frame", 31950, Buffer.from("hello")],
  ];
  for (const [what, code, message] of GARBAGE) {
    it(`is closed at ${what}, with ${code}`, async () => {
      const { sid, stream } = await connected();
      stream.socket.send(typeof message === "string" ? message.replace("SID", stream.streamSid) : message);
      await stream.untilClosed();
      const { errors } = await bench.ended(sid);
      assert.deepEqual(
        errors.map((error) => error.code),
        [code],
      );
    });
  }

  it("plays the caller's part: keys, a gap in the media, and a hang-up", async () => {
    const says = [{ digits: "1#" }, { pauseMediaMs: 100 }, { afterMs: 60, hangUp: true as const }];
    const { sid, stream } = await connected({ says });
    await stream.untilClosed();
    assert.deepEqual(
      stream.of("dtmf").map(({ dtmf }) => dtmf?.digit),
      ["1", "#"],
    );
    const times = stream.of("media").map(({ media }) => Number(media?.timestamp));
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    assert.deepEqual(
      gaps.filter((gap) => gap !== 20),
      [120],
    );
    assert.equal(stream.messages.at(-1)?.event, "stop");
    assert.equal(stream.messages.at(-1)?.stop?.callSid, sid);
    const { status } = await bench.ended(sid);
    assert.equal(status, "completed");
    assert.equal(viewOf(sid).end?.by, "caller");
  });

  it("lets the caller wait for a reply, and break into one", async () => {
    const says = [
      { afterReplyMs: 100, speechMs: 100 },
      { intoReplyMs: 60, speechMs: 100 },
    ];
    const { sid, stream } = await connected({ says });
    stream.play(speechSound(200));
    await eventually(async () => assert.equal(viewOf(sid).said[0] && viewOf(sid).said.length, 1));
    await eventually(async () =>
      assert.ok(stream.of("media").length * 20 > (viewOf(sid).said[0]?.toMs ?? 0) + 60),
    );
    stream.play(speechSound(1_000));
    await eventually(async () => assert.equal(viewOf(sid).said.length, 2));
    const { said, heard } = viewOf(sid);
    assert.equal((said[0]?.fromMs ?? 0) - (heard[0]?.toMs ?? 0), 100);
    assert.equal((said[1]?.fromMs ?? 0) - (heard[1]?.fromMs ?? 0), 60);
  });

  it("is stopped when the call is hung up by REST", async () => {
    const { sid, stream } = await connected();
    await bench.sdk.calls(sid).update({ status: "completed" });
    await stream.untilClosed();
    assert.equal(stream.messages.at(-1)?.event, "stop");
    assert.equal(viewOf(sid).end?.by, "twilio");
  });

  it("is cut without a word, and the call goes on", async () => {
    const { sid, stream } = await connected({
      says: [{ atMs: 40, cutStream: true }],
      more: "<Say>Sorry</Say>",
    });
    assert.equal((await stream.untilClosed()).code, 1006);
    assert.equal(stream.of("stop").length, 0);
    assert.equal((await bench.ended(sid)).verbs.at(-1)?.verb, "Say");
  });

  it("catches up with the clock after a stall, losing nothing", async () => {
    const { sid, stream } = await connected();
    await stream.until("media", 2);
    const until = performance.now() + 300;
    while (performance.now() < until) {
      // As busy as a process that collects garbage.
    }
    await eventually(async () => {
      const { startedAt, sentFrames } = viewOf(sid);
      const behindMs = Date.now() - (startedAt ?? 0) - sentFrames * 20;
      assert.ok(behindMs < 150, `${behindMs} ms behind`);
    });
    const media = await stream.until("media", 17);
    for (const [i, message] of media.entries()) assert.equal(message.media?.timestamp, String(i * 20));
  });

  it("keeps both sides to the sample: the caller left, the assistant right", async () => {
    const { sid, stream } = await connected({
      says: [{ atMs: 100, tone: { ms: 200, hz: 500, amplitude: 0.5 } }],
    });
    const sent = speechSound(250);
    for (let at = 0; at < sent.length; at += 100) stream.play(sent.subarray(at, at + 100));
    stream.mark("end");
    await stream.until("mark");
    await stream.until("media", 18);
    await bench.sdk.calls(sid).update({ status: "completed" });
    const file = readFileSync(await bench.wavOf(sid)).subarray(44);
    const side = (offset: number) =>
      Int16Array.from({ length: file.length / 4 }, (_, i) => file.readInt16LE(i * 4 + offset));
    assert.deepEqual(soundIn(side(2)), soundIn(decodeMuLaw(sent)));
    assert.equal(viewOf(sid).said[0]?.fromMs, 100);
    const tone = soundIn(side(0));
    assert.ok(Math.abs(tone.length - 1_600) < 4, `${tone.length} samples of tone`);
    const peak = tone.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    assert.ok(Math.abs(peak - 16_384) < 1_000);
  });

  it("carries a hundred calls at once, in time and to the byte", async function () {
    this.timeout(30_000);
    bench.simulator.setScript({
      ringMs: 5,
      keepAudio: false,
      caller: { says: [{ atMs: 1_000, hangUp: true }] },
    });
    bench.application.onStream = (socket) => {
      socket.on("message", (data) => {
        const { event, media, streamSid } = JSON.parse(String(data));
        if (event !== "media") return;
        socket.send(JSON.stringify({ event: "media", streamSid, media: { payload: media.payload } }));
      });
    };
    const verbs = bench.application.connect();
    const sids = await Promise.all(Array.from({ length: 100 }, () => bench.call(verbs)));
    for (const sid of sids) {
      const call = await bench.ended(sid);
      assert.deepEqual(call.errors, []);
      const view = viewOf(sid);
      assert.equal(view.sentFrames, 50);
      assert.ok(view.receivedBytes > 0);
      assert.equal(call.wavPath, null);
    }
  });
});

/** What is between the silence before and after. */
function soundIn(samples: Int16Array): Int16Array {
  const first = samples.findIndex((sample) => sample !== 0);
  const last = samples.findLastIndex((sample) => sample !== 0);
  return samples.slice(first, last + 1);
}
