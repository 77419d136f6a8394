import { pause } from "../pause.js";
import { runDocument } from "../twiml/runDocument.js";
import type { World } from "../world.js";
import type { Call } from "./call.js";
import type { TwimlSource } from "./callRequest.js";
import { answer, detectMachine, finish, progress } from "./lifecycle.js";

const DOCUMENTS_MAX = 200;

/** Runs a call from its first moment to its end. */
export function runCall(world: World, call: Call): void {
  world.calls.add(call);
  const run = call.input.direction === "inbound" ? runDocuments(world, call) : callOut(world, call);
  run.catch((error: unknown) => {
    console.error("Twilio simulator: a call failed", error);
    call.fail(0, `The simulator failed: ${(error as Error).message}`);
    finish(world, call, "failed");
  });
}

async function callOut(world: World, call: Call): Promise<void> {
  const { queuedMs, ringMs, answer: scripted } = call.script;
  await pause(queuedMs, call.over);
  if (call.over.aborted) return;
  progress(world, call, "initiated");
  if (scripted === "failed") return finish(world, call, "failed");
  progress(world, call, "ringing");
  const patienceMs = call.request.timeoutSeconds * 1_000;
  await pause(Math.min(ringMs, patienceMs), call.over);
  if (call.over.aborted) return;
  if (scripted === "busy") return finish(world, call, "busy");
  if (scripted === "no-answer" || ringMs > patienceMs) return finish(world, call, "no-answer");
  answer(world, call);
  await detectMachine(world, call);
  await runDocuments(world, call);
}

/** Each document may name the next; when there is none the call is hung up. */
async function runDocuments(world: World, call: Call): Promise<void> {
  let source: TwimlSource | undefined = call.takeRedirection() ?? call.request.source;
  for (let count = 0; source && !call.over.aborted; count += 1) {
    if (count === DOCUMENTS_MAX) {
      call.fail(0, `The simulator ends a call after ${DOCUMENTS_MAX} documents.`);
      break;
    }
    const next: TwimlSource | undefined = await runDocument(world, call, source, call.beginDocument());
    source = call.takeRedirection() ?? next;
  }
  finish(world, call, "completed");
}
