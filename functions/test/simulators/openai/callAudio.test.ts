import assert from "node:assert/strict";
import fc from "fast-check";
import { Microphone } from "../../../simulators/openai/calls/microphone.js";
import { FRAME_BYTES, FRAME_MS, Playout } from "../../../simulators/openai/calls/playout.js";

const ONE = { responseId: "resp_1", itemId: "item_1" };
const TWO = { responseId: "resp_2", itemId: "item_2" };

/** All that is ready to be played, and what was told on the way. */
function drain(playout: Playout): { frames: Buffer[]; told: string[] } {
  const frames: Buffer[] = [];
  const told: string[] = [];
  for (;;) {
    const { events, frame } = playout.takeFrame();
    told.push(...events.map(({ type, responseId }) => `${type} ${responseId}`));
    if (!frame) return { frames, told };
    frames.push(frame);
  }
}

describe("A call's output audio buffer", () => {
  it("plays every byte once and in order, whatever the pieces, and fills only the last frame up", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 500 }), { minLength: 1 }), (pieces) => {
        const playout = new Playout();
        for (const piece of pieces) playout.add(ONE, Buffer.from(piece));
        playout.finish(ONE.responseId);
        const { frames, told } = drain(playout);
        const whole = Buffer.concat(pieces);
        const played = Buffer.concat(frames);
        assert.equal(frames.length, Math.ceil(whole.length / FRAME_BYTES));
        assert.ok(played.subarray(0, whole.length).equals(whole));
        assert.ok(played.subarray(whole.length).every((byte) => byte === 0xff));
        assert.deepEqual(told, ["started resp_1", "stopped resp_1"]);
      }),
    );
  });

  it("does not stop while more may come, and plays one response after the other", () => {
    const playout = new Playout();
    playout.add(ONE, Buffer.alloc(FRAME_BYTES));
    assert.deepEqual(drain(playout).told, ["started resp_1"]);
    playout.add(TWO, Buffer.alloc(FRAME_BYTES));
    assert.deepEqual(drain(playout), { frames: [], told: [] });
    playout.finish(ONE.responseId);
    assert.deepEqual(drain(playout).told, ["stopped resp_1", "started resp_2"]);
  });

  it("tells what was played of what is cut off, and drops what the response still says", () => {
    const playout = new Playout();
    playout.add(ONE, Buffer.alloc(10 * FRAME_BYTES));
    playout.takeFrame();
    playout.takeFrame();
    assert.deepEqual(playout.clear(), [{ ...ONE, started: true, playedMs: 2 * FRAME_MS }]);
    playout.add(ONE, Buffer.alloc(FRAME_BYTES));
    assert.deepEqual(drain(playout), { frames: [], told: [] });
    assert.deepEqual(playout.clear(), []);
  });
});

describe("A call's microphone", () => {
  const packet = (sequenceNumber: number, value = sequenceNumber & 0xff) => {
    return { sequenceNumber, payload: Buffer.alloc(FRAME_BYTES, value) };
  };

  it("drops packets that come late or twice, also where the numbers begin anew", () => {
    const microphone = new Microphone();
    const lengths = [65_534, 65_535, 65_534, 0, 0, 65_535, 1].map(
      (number) => microphone.take(packet(number), "audio/pcmu").length / FRAME_BYTES,
    );
    assert.deepEqual(lengths, [1, 1, 0, 1, 0, 0, 1]);
  });

  it("puts silence where packets were lost, but not where a source began anew", () => {
    const microphone = new Microphone();
    microphone.take(packet(10), "audio/pcmu");
    const after = microphone.take(packet(13, 7), "audio/pcmu");
    assert.equal(after.length, 3 * FRAME_BYTES);
    assert.ok(after.subarray(0, 2 * FRAME_BYTES).every((byte) => byte === 0xff));
    assert.equal(microphone.take(packet(9_000), "audio/pcmu").length, FRAME_BYTES);
  });

  it("gives the session its own format, of the same length in time", () => {
    const sizes = (["audio/pcm", "audio/pcmu", "audio/pcma"] as const).map(
      (format) => new Microphone().take(packet(1), format).length,
    );
    assert.deepEqual(sizes, [FRAME_MS * 48, FRAME_MS * 8, FRAME_MS * 8]);
  });
});
