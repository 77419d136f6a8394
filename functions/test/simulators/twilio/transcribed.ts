import assert from "node:assert/strict";
import type { TranscriptView } from "../../../simulators/twilio/intelligence/transcriptView.js";
import { eventually } from "../../support/eventually.js";
import type { Bench } from "./bench.js";

export const SERVICE_SID = `GA${"5".repeat(32)}`;

/** A call that was recorded and has ended. @returns its SID, and its recording's */
export async function recordedCall(
  bench: Bench,
  verbs = "<Hangup/>",
  options: Record<string, unknown> = {},
): Promise<{ callSid: string; recordingSid: string }> {
  const callSid = await bench.call(verbs, { record: true, recordingChannels: "dual", ...options });
  const recordingSid = await eventually(async () => {
    const [recording] = await bench.sdk.calls(callSid).recordings.list();
    assert.equal(recording?.status, "completed");
    return recording.sid;
  });
  return { callSid, recordingSid };
}

/** Asks for a transcript of a recording. */
export function transcribe(bench: Bench, recordingSid: string, more: Record<string, unknown> = {}) {
  const channel = { media_properties: { source_sid: recordingSid } };
  return bench.sdk.intelligence.v2.transcripts.create({ serviceSid: SERVICE_SID, channel, ...more });
}

/** A transcript as the simulator knows it, once it is completed or has failed. */
export function doneTranscript(bench: Bench, sid: string): Promise<TranscriptView> {
  return eventually(async () => {
    const view = transcriptOf(bench, sid);
    assert.ok(view.status === "completed" || view.status === "failed", `The transcript is ${view.status}.`);
    return view;
  });
}

export function transcriptOf(bench: Bench, sid: string): TranscriptView {
  const view = bench.simulator.transcripts().find((one) => one.sid === sid);
  assert.ok(view, `no transcript ${sid}`);
  return view;
}
