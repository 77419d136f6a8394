import assert from "node:assert/strict";
import { decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw } from "../../../simulators/audio/g711.js";

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const LEVELS = Int16Array.from({ length: 6_554 }, (_, i) => -32_768 + i * 10);

describe("G.711", () => {
  it("gives every µ-law byte back after decoding and encoding, but for its two zeros", () => {
    const again = encodeMuLaw(decodeMuLaw(EVERY_BYTE));
    const changed = [...EVERY_BYTE].filter((byte) => again[byte] !== byte);
    assert.deepEqual(changed, [0x7f]);
  });

  it("gives every A-law byte back after decoding and encoding", () => {
    assert.deepEqual(encodeALaw(decodeALaw(EVERY_BYTE)), EVERY_BYTE);
  });

  it("matches the values of the standard", () => {
    assert.deepEqual([...decodeMuLaw(Buffer.from([0x00, 0x80, 0xff, 0x7f]))], [-32_124, 32_124, 0, 0]);
    assert.deepEqual([...decodeALaw(Buffer.from([0xd5, 0x55, 0xaa, 0x2a]))], [8, -8, 32_256, -32_256]);
    assert.deepEqual([...encodeMuLaw(Int16Array.from([0, 32_767, -32_768]))], [0xff, 0x80, 0x00]);
  });

  it("keeps each sample within a step of itself", () => {
    for (const again of [decodeMuLaw(encodeMuLaw(LEVELS)), decodeALaw(encodeALaw(LEVELS))]) {
      LEVELS.forEach((sample, index) => {
        const error = Math.abs((again[index] as number) - sample);
        assert.ok(error <= Math.max(16, Math.abs(sample) * 0.04), `${sample} became ${again[index]}`);
      });
    }
  });
});
