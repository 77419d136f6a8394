import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { bytesFor } from "../../demo/pcm";
import { Speaker } from "../../demo/speaker";

const audio = (ms: number) => Buffer.alloc(bytesFor(ms));

describe("the demo's loudspeaker", () => {
  it("plays what comes faster than real time in its order, one after the other", () => {
    const speaker = new Speaker();
    speaker.play("a", audio(400), 1_000);
    speaker.play("a", audio(400), 1_010);
    speaker.play("b", audio(100), 1_020);
    assert.equal(speaker.heardMs("a", 1_500), 500);
    assert.equal(speaker.heardMs("b", 1_500), 0);
    assert.equal(speaker.heardMs("b", 1_850), 50);
    assert.equal(speaker.isPlaying(1_899), true);
    assert.equal(speaker.isPlaying(1_900), false);
  });

  it("does not count as heard the time in which it waited for audio", () => {
    const speaker = new Speaker();
    speaker.play("a", audio(100), 0);
    speaker.play("a", audio(100), 500);
    assert.equal(speaker.heardMs("a", 550), 150);
  });

  it("tells what was heard when it is stopped, and drops what comes late for that item", () => {
    const speaker = new Speaker();
    speaker.play("a", audio(400), 0);
    assert.deepEqual(speaker.stop(150.7), { itemId: "a", heardMs: 150 });
    speaker.play("a", audio(400), 160);
    assert.equal(speaker.isPlaying(170), false);
    speaker.play("b", audio(400), 180);
    assert.equal(speaker.isPlaying(190), true);
  });

  it("has nothing to tell where it is silent", () => {
    const speaker = new Speaker();
    assert.equal(speaker.stop(0), undefined);
    speaker.play("a", audio(100), 0);
    assert.equal(speaker.stop(100), undefined);
  });
});
