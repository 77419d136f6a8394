import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Timestamp } from "firebase-admin/firestore";
import { createLogger } from "../../src/core/log";
import { RecordWriter } from "../../src/relay/recordWriter";
import type { ConversationRecord } from "../../src/voice/recordConversation";

type Turn = ConversationRecord["turns"][number];
type Used = ConversationRecord["responses"][number];

function turn(itemId: string, content = itemId): Turn {
  return {
    sessionId: "s",
    userId: "ann",
    itemId,
    role: "user",
    content,
    timestamp: Timestamp.now(),
    order: 1,
    interrupted: false,
  };
}

const used = (responseId: string) => ({ responseId }) as Used;

/** A store whose writes the test lets through, or fails, one by one. */
function heldStore() {
  const calls: { record: ConversationRecord; settle(outcome: boolean | Error): void }[] = [];
  const store = (record: ConversationRecord) =>
    new Promise<boolean>((resolve, reject) => {
      calls.push({
        record,
        settle: (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)),
      });
    });
  return { calls, store };
}

function writer(store: (record: ConversationRecord) => Promise<boolean>) {
  const told: string[] = [];
  const log: Record<string, unknown>[] = [];
  const logger = createLogger("DEBUG", (line) => log.push(JSON.parse(line)));
  return { writer: new RecordWriter(store, (itemId) => told.push(itemId), logger), told, log };
}

const contents = (record?: ConversationRecord) => record?.turns.map(({ content }) => content);

describe("What is recorded of a conversation", () => {
  it("is told to be saved only after it is stored", async () => {
    const { calls, store } = heldStore();
    const { writer: one, told } = writer(store);
    one.add([turn("a")]);
    await sleep(20);
    assert.deepEqual(told, []);
    calls[0]?.settle(true);
    await one.flush(1_000);
    assert.deepEqual(told, ["a"]);
  });

  it("is written one write at a time, what comes meanwhile together in the next", async () => {
    const { calls, store } = heldStore();
    const { writer: one } = writer(store);
    one.add([turn("a")]);
    one.add([turn("b")], [used("r1")]);
    one.add([turn("c")]);
    assert.equal(calls.length, 1);
    calls[0]?.settle(true);
    await sleep(0);
    assert.equal(calls.length, 2);
    assert.deepEqual(contents(calls[1]?.record), ["b", "c"]);
    assert.deepEqual(
      calls[1]?.record.responses.map(({ responseId }) => responseId),
      ["r1"],
    );
    calls[1]?.settle(true);
    await one.flush(1_000);
    assert.equal(calls.length, 2);
  });

  it("is tried again after a failure, in order, usage included, and nothing is lost", async () => {
    const records: ConversationRecord[] = [];
    let failures = 2;
    const { writer: one, told } = writer(async (record) => {
      records.push(record);
      failures -= 1;
      if (failures >= 0) throw new Error("unavailable");
      return true;
    });
    one.add([turn("a"), turn("b")], [used("r1")]);
    one.add([turn("c")], [used("r2")]);
    await one.flush(5_000);
    const last = records.at(-1);
    assert.deepEqual(contents(last), ["a", "b", "c"]);
    assert.deepEqual(
      last?.responses.map(({ responseId }) => responseId),
      ["r1", "r2"],
    );
    assert.deepEqual(told, ["a", "b", "c"]);
  });

  it("is, where a newer version came during a failed write, the newer one", async () => {
    const { calls, store } = heldStore();
    const { writer: one, told } = writer(store);
    one.add([turn("a", "old"), turn("b")]);
    one.add([turn("a", "new")]);
    calls[0]?.settle(new Error("unavailable"));
    while (calls.length < 2) await sleep(10);
    assert.deepEqual(contents(calls[1]?.record), ["new", "b"]);
    calls[1]?.settle(true);
    await one.flush(1_000);
    assert.deepEqual(told, ["a", "b"]);
  });

  it("is not told to be saved where the session is gone", async () => {
    const { writer: one, told } = writer(async () => false);
    one.add([turn("a")]);
    await one.flush(1_000);
    assert.deepEqual(told, []);
  });

  it("is waited for no longer than the flush allows, be the store failing or hanging", async () => {
    for (const store of [() => Promise.reject(new Error("down")), () => new Promise<boolean>(() => {})]) {
      const { writer: one, told, log } = writer(store);
      one.add([turn("a")]);
      const outcome = await Promise.race([one.flush(100).then(() => "flushed"), sleep(3_000, "hung")]);
      assert.equal(outcome, "flushed");
      assert.deepEqual(told, []);
      assert.ok(
        log.some(({ severity, message }) => severity === "ERROR" && message === "turns were lost"),
        "a loss is logged",
      );
    }
  });

  it("is stored also where it comes after a flush", async () => {
    const { writer: one, told } = writer(async () => true);
    await one.flush(10);
    one.add([turn("a")]);
    await one.flush(1_000);
    one.add([turn("b")]);
    await one.flush(1_000);
    assert.deepEqual(told, ["a", "b"]);
  });
});
