import assert from "node:assert/strict";
import { Timestamp } from "firebase/firestore";
import { describe, it } from "mocha";
import { ConversationClient } from "../../demo/conversationClient";
import { newExchange } from "../../demo/exchange";
import { type Findings, problemsOf } from "../../demo/findings";

const turn = (says: string, reply: string, interrupts = false) => ({
  says,
  reply,
  interrupts,
  audio: Buffer.alloc(0),
});

/** A conversation of two turns in which all is well: the second interrupts the answer to the first. */
function good(): Findings {
  const client = new ConversationClient(() => {});
  for (const [index, [heard, cutOff]] of [
    ["Hello", { itemId: "a0", heardMs: 900 }],
    ["Wait", undefined],
  ].entries()) {
    const exchange = newExchange(`u${index}`);
    const spoken = { heard: heard as string, spokenUntil: 1, firstAudioAt: 2, assistantItemId: `a${index}` };
    client.exchanges.push(Object.assign(exchange, spoken, { cutOff }));
  }
  client.saved.add("u0");
  const stored = [
    { itemId: "u0", role: "user" as const, content: "Hello", interrupted: false },
    { itemId: "a0", role: "assistant" as const, content: "Well, let", interrupted: true, heardMs: 900 },
    { itemId: "u1", role: "user" as const, content: "Wait", interrupted: false },
    { itemId: "a1", role: "assistant" as const, content: "Yes?", interrupted: false },
  ];
  const usage = {
    responses: 2,
    textIn: 0,
    textCachedIn: 0,
    textOut: 0,
    audioIn: 0,
    audioCachedIn: 0,
    audioOut: 0,
    costUsd: 0,
  };
  return {
    recording: {
      instructions: "",
      greeting: "",
      turns: [turn("Hello", "Well, let me see."), turn("Wait", "Yes?", true)],
    },
    isSimulated: true,
    client,
    closedWith: { code: 1000, reason: "" },
    stored: {
      session: { status: "ended", endReason: "client", model: "m", createdAt: Timestamp.now(), usage },
      isComplete: true,
      messages: stored,
      turns: stored,
    },
    overHttps: { status: 200, isComplete: true },
    stranger: { session: "permission-denied", "transcript over HTTPS": "404" },
  };
}

const SPOILED: [what: string, spoil: (findings: Findings) => void, problem: RegExp][] = [
  ["a turn that nobody noticed", ({ client }) => void client.exchanges.pop(), /2 turns were spoken, 1/],
  ["a turn without words", ({ client }) => set(client.exchanges[1], { heard: undefined }), /not transcribed/],
  [
    "a turn without an answer",
    ({ client }) => set(client.exchanges[1], { firstAudioAt: undefined }),
    /not answered/,
  ],
  ["no interruption", ({ client }) => set(client.exchanges[0], { cutOff: undefined }), /was not interrupted/],
  ["an error event", ({ client }) => void client.errors.push("oh"), /error event came: oh/],
  ["another close", (findings) => set(findings, { closedWith: { code: 1011, reason: "" } }), /with 1011/],
  ["a session that goes on", ({ stored }) => set(stored.session, { status: "active" }), /session is active/],
  ["no usage", ({ stored }) => set(stored.session, { usage: undefined }), /no usage/],
  ["an unfinished transcript", ({ stored }) => set(stored, { isComplete: false }), /not complete/],
  [
    "messages in another order",
    ({ stored }) => set(stored, { messages: [...stored.messages].reverse() }),
    /turns in their order/,
  ],
  ["a turn too few", ({ stored }) => set(stored, { turns: stored.turns.slice(1) }), /told to be saved.*u0/],
  ["other words", ({ stored }) => set(stored.messages[3], { content: "No." }), /words that were spoken/],
  ["another heard length", ({ stored }) => set(stored.turns[1], { heardMs: 901 }), /as it was heard/],
  ["an open door", (findings) => set(findings, { stranger: { session: "allowed" } }), /must be denied/],
  [
    "nothing over HTTPS",
    (findings) => set(findings, { overHttps: { status: 404, isComplete: false } }),
    /over HTTPS/,
  ],
];

function set<T extends object>(target: T | undefined, changes: Partial<T>): void {
  assert.ok(target);
  Object.assign(target, changes);
}

describe("the demo's judgement", () => {
  it("finds nothing where all is well", () => {
    assert.deepEqual(problemsOf(good()), []);
  });

  for (const [what, spoil, problem] of SPOILED) {
    it(`finds ${what}`, () => {
      const findings = good();
      spoil(findings);
      assert.match(problemsOf(findings).join("\n"), problem);
    });
  }
});
