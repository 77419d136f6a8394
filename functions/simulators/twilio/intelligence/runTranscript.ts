import type { Recording } from "../call/recordings.js";
import { pause } from "../pause.js";
import type { World } from "../world.js";
import { announce } from "./announce.js";
import { makeSentences } from "./makeSentences.js";
import type { IntelligenceScript } from "./script.js";
import type { Transcript } from "./transcript.js";

/** Shorter recordings are not transcribed. */
const SHORTEST_MS = 2_000;

/** Takes a transcript from its creation to its end, and tells the application. */
export function runTranscript(world: World, transcript: Transcript): void {
  world.transcripts.add(transcript);
  void transcribe(world, transcript);
}

async function transcribe(world: World, transcript: Transcript): Promise<void> {
  const { recording, script } = transcript.input;
  const signal = AbortSignal.any([world.stopped, transcript.deleted]);
  announce(world, transcript, "created");
  await pause(script.queuedMs, signal);
  if (signal.aborted) return;
  transcript.move("in-progress");
  // The sound is fetched now: what becomes of the recording afterwards does not matter.
  const failure = failureOf(recording, script);
  announce(world, transcript, "inProgress");
  await pause(script.delayMs, signal);
  if (signal.aborted) return;
  if (failure) {
    transcript.fail(...failure);
    transcript.move("failed");
  } else {
    transcript.sentences = makeSentences(recording, script);
    transcript.move("completed");
  }
  announce(world, transcript, "done");
}

// https://www.twilio.com/docs/api/errors/95100 and those that follow it
function failureOf(
  { call, deletedAt }: Recording,
  { status, sentences, sentencesCount }: IntelligenceScript,
): [code: number, message: string] | undefined {
  if (status === "failed") return [95100, "Failed to transcribe"];
  if (deletedAt !== undefined) return [95102, "Transcript media processing error: the recording was deleted"];
  const isScripted = status ?? sentences ?? sentencesCount;
  const lengthMs = (call.endedAt ?? 0) - (call.answeredAt ?? 0);
  if (isScripted === undefined && lengthMs < SHORTEST_MS) return [95109, "Media content is empty"];
  return undefined;
}
