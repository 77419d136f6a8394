import { closeSync, openSync, readSync } from "node:fs";
import type { HeldCall } from "./phoneCall";

/** A greeting, and three turns of the caller's with their answers. */
const MESSAGES = 7;

/** Everything of the call that is not as it must be, one line each; empty where all went well. */
export function phoneProblemsOf(held: HeldCall, isSimulated: boolean): string[] {
  const { call, messages, streams, recordingFile } = held;
  const problems: string[] = [];
  const expect = (isSo: boolean, problem: string) => void (isSo || problems.push(problem));
  expect(
    call.end_reason === "hangup",
    `the call ended by ${call.end_reason}, not by the caller's hanging up`,
  );
  expect(held.isComplete, "the call's transcript is not complete");
  expect(messages[0]?.role === "assistant", "the assistant did not speak first");
  const interrupted = messages.filter((message) => message.interrupted).length;
  // A real model says what it likes.
  if (isSimulated) {
    expect(messages.length === MESSAGES, `the call has ${messages.length} messages, not ${MESSAGES}`);
    expect(interrupted === 1, `the assistant was interrupted ${interrupted} times, not once`);
  }
  expect(streams.length === 1, `the call took ${streams.length} streams, not one`);
  for (const { receivedBytes, playedBytes, clearedBytes, queuedBytes } of streams) {
    expect(
      receivedBytes === playedBytes + clearedBytes + queuedBytes,
      "the assistant's sound does not add up",
    );
    expect(interrupted === 0 || clearedBytes > 0, "nothing was cleared when the caller interrupted");
  }
  expect(channelsOf(recordingFile) === 2, "the recording does not have two channels");
  return problems;
}

function channelsOf(file: string): number {
  const header = Buffer.alloc(24);
  const descriptor = openSync(file, "r");
  readSync(descriptor, header);
  closeSync(descriptor);
  return header.readUInt16LE(22);
}
