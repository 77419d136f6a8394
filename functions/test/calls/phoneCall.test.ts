import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import type { CallView } from "../../simulators/twilio/callView";
import { phoneNumbers } from "../../src/calls/store";
import { firestore } from "../../src/core/firestore";
import { type Account, account, ask } from "../support/assistantApi";
import { eventually } from "../support/eventually";
import {
  addSimulatorFault,
  clearSimulatorFaults,
  resetSimulator,
  setSimulator,
} from "../support/openAiControl";
import { callIn, freshPhone, phoneCall, scriptPhone } from "../support/phone";
import { fromStack } from "../support/stackEnvironment";

interface Message {
  role: string;
  content: string;
  interrupted?: boolean;
}

async function transcriptOf({ accessToken: token }: Account, sessionId: string): Promise<Message[]> {
  return eventually(async () => {
    const { body, text } = await ask("GET", `/api/voice/sessions/${sessionId}/transcript`, { token });
    const { complete, messages } = body as { complete: boolean; messages: Message[] };
    assert.equal(complete, true, text);
    return messages;
  });
}

const spoken = (messages: Message[]) => messages.map(({ role, content }) => `${role}: ${content}`);

/** All that the assistant sent was played, or dropped when it was interrupted, each sample once. */
function assertNothingLost({ streams }: CallView): void {
  for (const { receivedBytes, playedBytes, clearedBytes, queuedBytes } of streams) {
    assert.equal(receivedBytes, playedBytes + clearedBytes + queuedBytes);
    assert.ok(receivedBytes > 0);
  }
}

async function place(user: Account, phone: string): Promise<{ call_sid: string; session_id: string }> {
  const answer = await ask("POST", `/make-call/${phone}/survey`, { token: user.accessToken });
  assert.equal(answer.status, 200, answer.text);
  return answer.body as { call_sid: string; session_id: string };
}

describe("a phone call", () => {
  afterEach(async () => {
    await clearSimulatorFaults();
    await resetSimulator();
  });

  it("that was placed is greeted, answered, interrupted and ended by the assistant, and told of whole", async function () {
    this.timeout(60_000);
    const [user, phone] = [await account(), freshPhone()];
    await setSimulator({
      script: {
        greeting: "Good morning, this is the survey that you have asked us for, and it has many questions.",
        turns: [
          { heard: "Yes", reply: "Are you satisfied?" },
          { heard: "Very", call: { name: "end_call" }, reply: "Thank you, goodbye." },
        ],
      },
    });
    await scriptPhone(phone, {
      caller: {
        says: [
          { intoReplyMs: 1_000, speechMs: 700 },
          { afterReplyMs: 300, speechMs: 700 },
        ],
      },
    });
    const { call_sid, session_id } = await place(user, phone);
    const view = await phoneCall(call_sid);
    assert.deepEqual(view.errors, []);
    assert.equal(view.streams.length, 1);
    assert.equal(view.streams[0]?.clears.length, 1, "interrupted once");
    assertNothingLost(view);
    const messages = await transcriptOf(user, session_id);
    assert.deepEqual(spoken(messages).slice(1), [
      "user: Yes",
      "assistant: Are you satisfied?",
      "user: Very",
      "assistant: Thank you, goodbye.",
    ]);
    assert.match(messages[0]?.content ?? "", /^Good morning/);
    assert.equal(messages[0]?.interrupted, true);
    const call = await eventually(async () => {
      const { body } = await ask("GET", `/calls/${call_sid}`, { token: user.accessToken });
      assert.equal((body as { status: string }).status, "completed");
      return body as { end_reason: string; duration: number };
    });
    assert.equal(call.end_reason, "assistant");
    assert.ok(call.duration >= 3);
    const session = (await ask("GET", `/api/voice/sessions/${session_id}`, { token: user.accessToken })).body;
    assert.ok((session as { usage: { responses: number } }).usage.responses >= 3);
  });

  it("that came in is answered by the scenario of the number called", async function () {
    this.timeout(60_000);
    const [user, phone, caller] = [await account(), freshPhone(), freshPhone()];
    await phoneNumbers(firestore()).doc(phone).set({ userId: user.id, scenarioId: "support" });
    await setSimulator({
      script: { greeting: "Support, how can I help?", turns: [{ heard: "Hello", reply: "Hi." }] },
    });
    const callSid = await callIn({
      from: caller,
      to: phone,
      script: {
        caller: {
          says: [
            { afterReplyMs: 300, speechMs: 700 },
            { afterReplyMs: 300, hangUp: true },
          ],
        },
      },
    });
    const view = await phoneCall(callSid);
    assert.deepEqual(view.errors, []);
    assert.equal(view.streams[0]?.url, `${fromStack("RELAY_URL")}/media-stream/support`);
    assertNothingLost(view);
    assert.deepEqual(spoken(await transcriptOf(user, callSid)), [
      "assistant: Support, how can I help?",
      "user: Hello",
      "assistant: Hi.",
    ]);
    const [call] = (await ask("GET", "/calls", { token: user.accessToken })).body as Record<
      string,
      unknown
    >[];
    assert.equal(call?.direction, "inbound");
    assert.equal(call?.from, caller);
    assert.equal(call?.end_reason, "hangup");
  });

  it("goes on with its context where the model's connection is lost, after a word to the caller", async function () {
    this.timeout(60_000);
    const [user, phone] = [await account(), freshPhone()];
    await setSimulator({
      script: {
        greeting: "Hello.",
        turns: [{ heard: "A question", reply: "An answer that is cut off by a failure." }],
      },
    });
    await addSimulatorFault({ kind: "close_mid_response", code: 1011 });
    await scriptPhone(phone, {
      caller: {
        says: [
          { afterReplyMs: 300, speechMs: 700 },
          { afterReplyMs: 300, hangUp: true },
        ],
      },
      hangUpAfterMs: 12_000,
    });
    const { call_sid, session_id } = await place(user, phone);
    const view = await phoneCall(call_sid);
    assert.ok(view.streams.length >= 2, `${view.streams.length} streams`);
    assert.ok(view.verbs.some(({ verb, text }) => verb === "Say" && /One moment/.test(text)));
    assertNothingLost({ ...view, streams: view.streams.slice(-1) });
    const messages = await transcriptOf(user, session_id);
    assert.ok(messages.length >= 2, JSON.stringify(messages));
  });

  it("is passed on to a human where the caller asks for one", async function () {
    this.timeout(60_000);
    const [user, phone] = [await account(), freshPhone()];
    await setSimulator({
      script: {
        greeting: "Hello.",
        turns: [{ heard: "A human, please", call: { name: "transfer_to_human" }, reply: "Of course." }],
      },
    });
    await scriptPhone(phone, { caller: { says: [{ afterReplyMs: 300, speechMs: 700 }] } });
    const { call_sid } = await place(user, phone);
    const view = await phoneCall(call_sid);
    const dial = view.verbs.find(({ verb }) => verb === "Dial");
    assert.equal(dial?.text || dial?.noun?.text, fromStack("TRANSFER_PHONE_NUMBER"));
    // They have talked: nothing more is said.
    assert.deepEqual(
      view.verbs.map(({ verb }) => verb),
      ["Connect", "Say", "Dial", "Hangup"],
    );
    const { body } = await ask("GET", `/calls/${call_sid}`, { token: user.accessToken });
    assert.equal((body as { end_reason: string }).end_reason, "transferred");
  });

  it("ends for the caller too where its user ends it", async function () {
    this.timeout(60_000);
    const [user, phone] = [await account(), freshPhone()];
    await setSimulator({
      script: { greeting: "Hello, let us talk for a very long time indeed about the weather." },
    });
    const { call_sid } = await place(user, phone);
    await phoneCall(call_sid, ({ streams }) => (streams[0]?.heardMs ?? 0) > 500);
    const ended = await ask("POST", `/calls/${call_sid}/end`, { token: user.accessToken });
    assert.equal(ended.status, 200, ended.text);
    const view = await phoneCall(call_sid);
    assert.equal(view.status, "completed");
    const { body } = await ask("GET", `/calls/${call_sid}`, { token: user.accessToken });
    assert.equal((body as { end_reason: string }).end_reason, "client");
  });
});
