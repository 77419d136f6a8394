import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError, type ErrorCode, INTERNAL_MESSAGE, toAppError } from "../../src/core/errors";
import { closeCodeOf } from "../../src/relay/closeCodes";
import { ENDINGS, type Ending, refusal } from "../../src/relay/ending";
import { errorEvent } from "../../src/relay/errorEvent";

const EXPECTED: Record<ErrorCode, number> = {
  invalid_argument: 4403,
  unauthenticated: 4401,
  permission_denied: 4403,
  not_found: 4403,
  method_not_allowed: 4403,
  conflict: 4409,
  session_expired: 4408,
  payload_too_large: 1009,
  rate_limited: 4429,
  not_configured: 1011,
  provider_failed: 1011,
  busy: 1013,
  provider_unavailable: 1011,
  internal: 1011,
};
// https://www.iana.org/assignments/websocket: 1005, 1006 and 1015 are never sent.
const SENDABLE = new Set<number>([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]);
const codes = Object.keys(EXPECTED) as ErrorCode[];

describe("How a socket is closed", () => {
  for (const code of codes) {
    it(`${code} closes with ${EXPECTED[code]} and says the same as an event`, () => {
      const ending: Ending = refusal(new AppError(code, "Do this instead."));
      assert.equal(closeCodeOf(new AppError(code, "")), EXPECTED[code]);
      assert.equal(ending.code, EXPECTED[code]);
      assert.equal(ending.error?.code, code);
      assert.equal(ending.error.message, "Do this instead.");
      assert.equal(
        ending.error.type,
        [1011, 1013].includes(EXPECTED[code]) ? "server_error" : "invalid_request_error",
        "whose fault it is",
      );
      assert.equal(ending.session, "open");
    });
  }

  it("fits a close frame: a reason of at most 123 bytes and a code that may be sent", () => {
    const all: Ending[] = [
      ...Object.values(ENDINGS),
      ...codes.map((code) => refusal(new AppError(code, ""))),
    ];
    for (const { code, reason } of all) {
      assert.ok(Buffer.byteLength(reason) <= 123, reason);
      assert.ok(SENDABLE.has(code) || (code >= 4000 && code <= 4999), `${code}`);
    }
  });

  it("tells nothing of an error that nobody foresaw", () => {
    const told = JSON.stringify(refusal(toAppError(new Error("ECONNREFUSED 10.0.0.3 sk-secret-key"))));
    assert.doesNotMatch(told, /ECONN|10\.0|sk-/);
    assert.ok(told.includes(JSON.stringify(INTERNAL_MESSAGE)));
  });

  it("keeps the promises of the contract for the ends of a live session", () => {
    const told = Object.fromEntries(
      Object.entries(ENDINGS).map(([name, { code, session }]) => [name, [code, session]]),
    );
    assert.deepEqual(told, {
      clientGone: [1000, "open"],
      ended: [1000, "ended"],
      deleted: [1000, "ended"],
      displaced: [4409, "open"],
      expired: [4408, { endReason: "expired" }],
      idle: [4408, { endReason: "idle" }],
      hungUp: [1000, { endReason: "hangup" }],
      spent: [4429, { endReason: "spent" }],
      misused: [4429, { endReason: "misused" }],
      upstreamFailed: [1011, "open"],
      tooFast: [4429, "open"],
      notReading: [1013, "open"],
      restarting: [1012, "open"],
      overloaded: [1013, "open"],
    });
  });
});

describe("An error event", () => {
  it("has the shape that the official clients read", () => {
    const event = JSON.parse(
      errorEvent({ type: "invalid_request_error", code: "c", message: "m", param: "p", eventId: "mine" }),
    );
    const { event_id, ...rest } = event;
    assert.match(event_id, /^event_[\w-]{16}$/);
    assert.deepEqual(rest, {
      type: "error",
      error: { type: "invalid_request_error", code: "c", message: "m", param: "p", event_id: "mine" },
    });
    const bare = JSON.parse(errorEvent({ type: "server_error", code: "c", message: "m" }));
    assert.deepEqual([bare.error.param, bare.error.event_id], [null, null]);
    assert.notEqual(bare.event_id, event_id);
  });

  it("is JSON whatever a client put into it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (eventId) => {
        const event = JSON.parse(errorEvent({ type: "server_error", code: "c", message: "m", eventId }));
        assert.equal(event.error.event_id, eventId);
      }),
    );
  });
});
