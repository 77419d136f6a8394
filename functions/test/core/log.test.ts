import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { AppError } from "../../src/core/errors";
import { createLogger, redact } from "../../src/core/log";

const KEY = "sk-proj-abcdefghijklmnop";
const TICKET = "eyJzIjoiMSIsInUiOiIyIn0.c2lnbmF0dXJl";
const ID_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2ln";

function logged(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLogger("DEBUG", (line) => lines.push(line)));
  return lines.map((line) => JSON.parse(line));
}

describe("the log", () => {
  for (const [what, text] of Object.entries({
    "an OpenAI key": `refused ${KEY}`,
    "an ephemeral key": "got ek_abcdefghijklmnop back",
    "an ID token": `token ${ID_TOKEN}`,
    "a ticket": `openai-insecure-api-key.${TICKET}`,
    "a ticket in a URL": "GET /api/realtime?audio=binary&ticket=abc.def HTTP/1.1",
    "a token in a URL": "https://example.com/?access_token=abcdef&x=1",
    "a bearer header": "authorization: Bearer abcdef",
  })) {
    it(`never shows ${what}, wherever it stands`, () => {
      const error = new Error(text, { cause: new AppError("internal", "x", { cause: new Error(text) }) });
      const lines = logged((log) =>
        log.with({ context: text }).error(text, { text, list: [{ text }], error }),
      );
      const secret = /abcdef|abc\.def|c2ln|eyJ/;
      assert.match(text, secret);
      assert.doesNotMatch(JSON.stringify(lines), secret);
      assert.match(JSON.stringify(lines), /\[redacted\]/);
    });
  }

  it("blanks fields whose name says that they are secret", () => {
    const fields = { Authorization: "x1", apiKey: "x2", "api-key": "x3", refreshToken: "x4", password: "x5" };
    assert.doesNotMatch(JSON.stringify(redact({ fields })), /x\d/);
  });

  it("leaves what is no secret as it is", () => {
    const fields = {
      sessionId: "0b6f5a52",
      url: "https://example.com/?page=2",
      count: 3,
      none: null,
      ok: true,
    };
    assert.deepEqual(redact(fields), fields);
  });

  it("takes anything: circles, bytes, big integers, invalid dates, long lists", () => {
    const circle: Record<string, unknown> = { name: "circle" };
    circle.self = circle;
    const fields = {
      circle,
      bytes: Buffer.alloc(100_000),
      big: 10n,
      date: new Date(Number.NaN),
      list: Array(1e4).fill(1),
    };
    const [line] = logged((log) => log.info("odd", fields));
    assert.equal(line?.bytes, "[100000 bytes]");
    assert.equal(line?.big, "10");
    assert.ok(JSON.stringify(line).length < 2_000);
  });

  it("keeps severity and message whatever the fields are called", () => {
    const [line] = logged((log) => log.warn("kept", { severity: "x", message: "y" }));
    assert.deepEqual(line, { severity: "WARNING", message: "kept" });
  });

  it("writes nothing below the level that is set", () => {
    const lines: string[] = [];
    const log = createLogger("WARNING", (line) => lines.push(line));
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    assert.equal(lines.length, 2);
  });
});
