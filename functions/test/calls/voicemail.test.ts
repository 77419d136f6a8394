import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import type { ScriptInput } from "../../simulators/twilio/script";
import { type Account, account, ask, assertDetail } from "../support/assistantApi";
import { eventually } from "../support/eventually";
import { resetSimulator, setSimulator } from "../support/openAiControl";
import { freshPhone, phoneCall, scriptPhone } from "../support/phone";
import { postAsTwilio, postForm } from "../support/twilioRequests";

interface ShownCall {
  status: string;
  end_reason?: string;
  answered_by?: string;
  voicemail?: string;
}

const AMD = "/twilio/voice/amd";

describe("A call that an answering machine may take", () => {
  afterEach(() => resetSimulator());

  /** A call by a scenario that does so with machines. */
  async function place(user: Account, on_voicemail: string, script: ScriptInput) {
    const phone = freshPhone();
    await scriptPhone(phone, script);
    const scenario = { persona: "You are brief.", prompt: "Say hello.", voice_type: "neutral", on_voicemail };
    const created = await ask("POST", "/realtime/custom-scenario", {
      token: user.accessToken,
      body: scenario,
    });
    const { scenario_id } = created.body as { scenario_id: string };
    const path = `/make-custom-call/${phone}/${scenario_id}`;
    const answer = await ask("POST", path, { token: user.accessToken });
    assert.equal(answer.status, 200, answer.text);
    return answer.body as { call_sid: string; session_id: string };
  }
  const shown = async ({ accessToken: token }: Account, callSid: string) =>
    (await ask("GET", `/calls/${callSid}`, { token })).body as ShownCall;
  const over = (user: Account, callSid: string) =>
    eventually(async () => {
      const call = await shown(user, callSid);
      assert.equal(call.status, "completed", JSON.stringify(call));
      return call;
    });

  it("hangs up where its scenario says so, and not on a person", async function () {
    this.timeout(60_000);
    const user = await account();
    const { call_sid } = await place(user, "hang_up", { answeredBy: "machine_start", amdMs: 300 });
    const call = await over(user, call_sid);
    assert.deepEqual(
      [call.end_reason, call.answered_by, call.voicemail],
      ["voicemail", "machine_start", "hung_up"],
    );

    const other = await place(user, "hang_up", { answeredBy: "human", amdMs: 300 });
    await eventually(async () => assert.equal((await shown(user, other.call_sid)).answered_by, "human"));
    await eventually(async () => assert.equal((await shown(user, other.call_sid)).status, "in-progress"));
    await ask("POST", `/calls/${other.call_sid}/end`, { token: user.accessToken });
    assert.equal((await over(user, other.call_sid)).voicemail, undefined);
  });

  it("leaves its message after the tone, whole, and then hangs up", async function () {
    this.timeout(60_000);
    const user = await account();
    const words = "This is the survey that you have asked us for, and we will call again.";
    // Whatever it is told to say, the simulator says this.
    await setSimulator({ script: { greeting: words } });
    const { call_sid, session_id } = await place(user, "leave_message", {
      answeredBy: "machine_end_beep",
      amdMs: 2_500,
    });
    const view = await phoneCall(call_sid);
    assert.deepEqual(view.errors, []);
    const [stream] = view.streams;
    assert.equal(stream?.queuedBytes, 0, "nothing of the message was left unplayed");
    const call = await over(user, call_sid);
    assert.deepEqual(
      [call.end_reason, call.answered_by, call.voicemail],
      ["voicemail", "machine_end_beep", "message_left"],
    );
    const path = `/api/voice/sessions/${session_id}/transcript`;
    await eventually(async () => {
      const { messages } = (await ask("GET", path, { token: user.accessToken })).body as {
        messages: { content: string; interrupted?: boolean }[];
      };
      assert.equal(messages.length, 2, JSON.stringify(messages));
      assert.equal(messages[0]?.interrupted, true, "what was said to the machine's greeting");
      assert.equal(messages[1]?.content, words);
      assert.ok(!messages[1]?.interrupted);
    });
  });

  it("says that no message was left where the machine hung up, and goes on where it shall", async function () {
    this.timeout(60_000);
    const user = await account();
    await setSimulator({ script: { greeting: "This is a message of many words. ".repeat(40) } });
    const cut = await place(user, "leave_message", {
      answeredBy: "machine_end_silence",
      amdMs: 300,
      hangUpAfterMs: 1_500,
    });
    await over(user, cut.call_sid);
    await eventually(async () =>
      assert.equal((await shown(user, cut.call_sid)).voicemail, "message_not_left"),
    );
    const carried = await place(user, "carry_on", {
      answeredBy: "machine_start",
      amdMs: 200,
      hangUpAfterMs: 1_500,
    });
    const call = await over(user, carried.call_sid);
    assert.deepEqual([call.end_reason, call.voicemail], ["hangup", "carried_on"]);
  });

  it("is told of by Twilio alone; told twice or otherwise, the first counts", async function () {
    this.timeout(60_000);
    const user = await account();
    const { call_sid, session_id } = await place(user, "hang_up", { callbacks: { drop: ["amd"] } });
    const path = `${AMD}?session=${session_id}`;
    const fields = { CallSid: call_sid, AnsweredBy: "machine_start", MachineDetectionDuration: "3000" };
    assertDetail(await postForm(path, fields), 403);
    assertDetail(await postForm(path, fields, { "X-Twilio-Signature": "x" }), 403);
    const stranger = { ...fields, CallSid: `CA${"0".repeat(32)}` };
    assert.equal((await postAsTwilio(path, stranger)).status, 204, "another call's news change nothing");
    assert.equal((await postAsTwilio(path, { ...fields, AnsweredBy: "alien" })).status, 204);
    assert.equal((await shown(user, call_sid)).answered_by, "unknown");
    assert.equal((await postAsTwilio(path, fields)).status, 204);
    assert.equal((await shown(user, call_sid)).answered_by, "unknown");
    assert.equal((await postAsTwilio(`${AMD}?session=none`, fields)).status, 204);
    await ask("POST", `/calls/${call_sid}/end`, { token: user.accessToken });
  });
});
