import { pause } from "../pause.js";
import type { World } from "../world.js";
import type { Call, CallStatus } from "./call.js";
import { fireStatus, postCallback } from "./callbacks.js";
import { keepSound } from "./recordings.js";

/** The call was dialled, or rings. */
export function progress(world: World, call: Call, status: "initiated" | "ringing"): void {
  call.move(status);
  fireStatus(world, call, status);
}

/** The call is answered: from now on its time is limited, and its script's hang-up runs. */
export function answer(world: World, call: Call): void {
  call.move("in-progress");
  fireStatus(world, call, "answered");
  const { hangUpAfterMs = Number.POSITIVE_INFINITY } = call.script;
  const longestMs = Math.min(hangUpAfterMs, call.request.timeLimitSeconds * 1_000);
  void pause(longestMs, call.over).then(() => finish(world, call, "completed"));
}

/** Ends a call, once: whatever it waits for is given up, its sound is kept, its end is reported. */
export function finish(
  world: World,
  call: Call,
  status: Exclude<CallStatus, "queued" | "initiated" | "ringing" | "in-progress">,
): void {
  if (call.over.aborted) return;
  call.move(status);
  call.close();
  if (world.stopped.aborted) return;
  fireStatus(world, call, "completed");
  void keepSound(world, call);
}

/**
 * Looks who answered, where the call asks for it: in its way, so that TwiML waits for it, or beside it with a callback.
 * https://www.twilio.com/docs/voice/answering-machine-detection
 */
export async function detectMachine(world: World, call: Call): Promise<void> {
  const detection = call.request.machineDetection;
  if (!detection) return;
  const detected = detect(world, call, detection.isAsync);
  if (!detection.isAsync) await detected;
}

async function detect(world: World, call: Call, isAsync: boolean): Promise<void> {
  const { amdMs, answeredBy } = call.script;
  await pause(amdMs, call.over);
  if (call.over.aborted) return;
  call.answeredBy = answeredBy;
  const hook = call.request.machineDetection?.callback;
  if (!isAsync || !hook) return;
  await postCallback(world, call, "amd", hook, {
    AccountSid: call.input.accountSid,
    AnsweredBy: answeredBy,
    CallSid: call.sid,
    MachineDetectionDuration: String(Math.round(amdMs)),
  });
}
