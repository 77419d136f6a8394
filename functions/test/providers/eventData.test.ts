import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { eventData } from "../../src/providers/eventData";

async function read(pieces: (string | Uint8Array)[]): Promise<string[]> {
  async function* bytes() {
    for (const piece of pieces) yield typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
  }
  const data = [];
  for await (const one of eventData(bytes())) data.push(...one);
  return data;
}

describe("server-sent events", () => {
  it("are read wherever the bytes were cut, in the middle of a character too", async () => {
    const whole = new TextEncoder().encode('data: {"a":"é😀"}\n\n: a comment\r\n\r\ndata: [DONE]\n\n');
    for (let at = 1; at < whole.length; at += 1) {
      assert.deepEqual(await read([whole.slice(0, at), whole.slice(at)]), ['{"a":"é😀"}', "[DONE]"]);
    }
  });

  it("of a stream that is none are none", async () => {
    assert.deepEqual(await read(["<html>\n<body>no</body>\n\n"]), []);
  });

  it("that never end are not gathered without bound", async () => {
    await assert.rejects(read(["data: ", ...Array.from({ length: 40 }, () => "x".repeat(65_536))]));
  });
});
