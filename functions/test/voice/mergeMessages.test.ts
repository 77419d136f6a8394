import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { MAX_MERGED_BYTES } from "../../src/voice/limits";
import { mergeMessages } from "../../src/voice/mergeMessages";
import type { StoredMessage } from "../../src/voice/store";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20) + seconds * 1_000).toISOString();
const said = (
  role: StoredMessage["role"],
  content: string,
  seconds: number,
  itemId?: string,
): StoredMessage => ({
  role,
  content,
  timestamp: at(seconds),
  ...(itemId === undefined ? {} : { itemId }),
});

// Few words and few instants, so that messages often coincide.
const saved = fc.record({
  role: fc.constantFrom("user" as const, "assistant" as const),
  content: fc.constantFrom("yes", "no", " Yes ", "hello there", "hello  there", ""),
  timestamp: fc.integer({ min: 0, max: 5 }).map(at),
});
const savedList = fc.array(saved, { maxLength: 12 });
const recordedList = savedList.map((list) =>
  list.map((message, index) => ({ ...message, itemId: `item-${index}` })),
);

const sameness = ({ role, content }: StoredMessage) =>
  `${role} ${content.trim().replace(/\s+/g, " ").toLowerCase()}`;
const counted = (messages: StoredMessage[]) => {
  const counts = new Map<string, number>();
  for (const message of messages) counts.set(sameness(message), (counts.get(sameness(message)) ?? 0) + 1);
  return counts;
};
const isRecorded = (message: StoredMessage) => message.itemId !== undefined;

describe("merging what the relay recorded and what the client saved", () => {
  it("loses nothing of either side and makes nothing up", () => {
    fc.assert(
      fc.property(recordedList, savedList, (recorded, mine) => {
        const merged = counted(mergeMessages(recorded, mine).messages);
        const [left, right] = [counted(recorded), counted(mine)];
        for (const key of new Set([...left.keys(), ...right.keys(), ...merged.keys()])) {
          assert.equal(merged.get(key), Math.max(left.get(key) ?? 0, right.get(key) ?? 0), key);
        }
      }),
    );
  });

  it("keeps the recorded turns as they are, in their order", () => {
    fc.assert(
      fc.property(recordedList, savedList, (recorded, mine) => {
        assert.deepEqual(mergeMessages(recorded, mine).messages.filter(isRecorded), recorded);
      }),
    );
  });

  it("changes nothing when it is done again, with the same messages or with its own outcome", () => {
    fc.assert(
      fc.property(recordedList, savedList, (recorded, mine) => {
        const once = mergeMessages(recorded, mine);
        assert.deepEqual(mergeMessages(recorded, mine), once);
        assert.deepEqual(mergeMessages(recorded, once.messages), once);
      }),
    );
  });

  it("puts what only the client has into its place by time", () => {
    const recorded = [said("user", "one", 0, "a"), said("assistant", "two", 10, "b")];
    const merged = mergeMessages(recorded, [
      said("user", "ONE ", 1),
      said("user", "between", 5),
      said("user", "after", 20),
    ]);
    assert.deepEqual(
      merged.messages.map((message) => message.content),
      ["one", "between", "two", "after"],
    );
  });

  it("cuts what exceeds a document and says so", () => {
    const long = Array.from({ length: 100 }, (_, index) =>
      said("user", `${index} ${"x".repeat(19_000)}`, index, `${index}`),
    );
    const merged = mergeMessages(long, []);
    assert.equal(merged.truncated, true);
    assert.ok(Buffer.byteLength(JSON.stringify(merged.messages)) < MAX_MERGED_BYTES + 1_000);
    assert.deepEqual(merged.messages, long.slice(0, merged.messages.length));
  });
});
