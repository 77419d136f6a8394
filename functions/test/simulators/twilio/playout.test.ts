import assert from "node:assert/strict";
import fc from "fast-check";
import { Playout } from "../../../simulators/twilio/stream/playout.js";

const FRAME = 160;

describe("The playout of a simulated stream", () => {
  it("plays what it was given, in order, each byte once", () => {
    const playout = new Playout<string>();
    playout.push(Buffer.alloc(100, 1), 0);
    playout.push(Buffer.alloc(100, 2), 0);
    playout.mark("end", 0);
    const first = playout.play(FRAME, 0);
    assert.deepEqual(Buffer.concat(first.audio), Buffer.concat([Buffer.alloc(100, 1), Buffer.alloc(60, 2)]));
    assert.deepEqual(first.marks, []);
    const second = playout.play(FRAME, 0);
    assert.deepEqual([Buffer.concat(second.audio).length, second.marks], [40, ["end"]]);
  });

  it("reaches a mark at once only when nothing waits before it, be it sound or a mark", () => {
    const playout = new Playout<string>();
    assert.equal(playout.mark("now", 0), true);
    playout.push(Buffer.alloc(FRAME), 0);
    assert.equal(playout.mark("first", 0), false);
    assert.equal(playout.mark("second", 0), false);
    assert.deepEqual(playout.play(FRAME, 0).marks, ["first", "second"]);
  });

  it("plays nothing before it has arrived", () => {
    const playout = new Playout<string>();
    playout.push(Buffer.alloc(40), 15);
    playout.mark("end", 16);
    assert.deepEqual(playout.play(FRAME, 14), { audio: [], marks: [] });
    assert.deepEqual(playout.play(FRAME, 15).audio, [Buffer.alloc(40)]);
    assert.deepEqual(playout.play(FRAME, 16).marks, ["end"]);
  });

  it("loses, doubles and reorders nothing, whatever is done with it", () => {
    const action = fc.oneof(
      fc.nat(1_000).map((bytes) => ({ do: "push" as const, bytes })),
      fc.nat(400).map((bytes) => ({ do: "play" as const, bytes })),
      fc.constantFrom({ do: "mark" as const, bytes: 0 }, { do: "clear" as const, bytes: 0 }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const playout = new Playout<number>();
        const waiting: number[] = [];
        const echoed: number[] = [];
        let [marks, sample] = [0, 0];
        for (const { do: what, bytes } of actions) {
          if (what === "push") {
            const sound = Uint8Array.from({ length: bytes }, () => sample++ % 251);
            waiting.push(...sound);
            playout.push(Buffer.from(sound), 0);
          } else if (what === "play") {
            const { audio, marks: reached } = playout.play(bytes, 0);
            assert.deepEqual([...Buffer.concat(audio)], waiting.splice(0, bytes));
            echoed.push(...reached);
          } else if (what === "mark") {
            const mark = marks++;
            if (playout.mark(mark, 0)) echoed.push(mark);
          } else {
            const cleared = playout.clear();
            assert.equal(cleared.bytes, waiting.splice(0).length);
            echoed.push(...cleared.marks);
          }
          assert.equal(playout.queued, waiting.length);
          assert.equal(playout.received, playout.played + playout.cleared + playout.queued);
        }
        echoed.push(...playout.clear().marks);
        assert.deepEqual(
          echoed,
          Array.from({ length: marks }, (_, i) => i),
        );
      }),
    );
  });
});
