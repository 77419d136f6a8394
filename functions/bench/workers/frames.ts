import { randomBytes } from "node:crypto";

// 20 ms of PCM16 at 24 kHz as Realtime events, to the byte as the official clients and the model write them.

const AUDIO_BYTES = 960;
const APPEND_HEAD = Buffer.from('{"type":"input_audio_buffer.append","audio":"');
const DELTA_HEAD = Buffer.from(
  '{"type":"response.output_audio.delta","event_id":"event_DCkbSLeX2dVvTYzs9rCq1","response_id":"resp_DCkbSpZ0Y1h3LmQe7aWnB","item_id":"item_DCkbSgW8rTu5KxJc2NfHd","output_index":0,"content_index":0,"delta":"',
);
const TAIL = Buffer.from('"}');

/** 20 ms of speech; each call's is another. */
export function speech(): Buffer {
  return randomBytes(AUDIO_BYTES);
}

/** What a client sends for 20 ms of speech. */
export function appendFrame(audio: Buffer): Buffer {
  return Buffer.concat([APPEND_HEAD, Buffer.from(audio.toString("base64")), TAIL]);
}

export function isAppend(frame: Buffer): boolean {
  return startsWith(frame, APPEND_HEAD);
}

/** The audio of an append. */
export function audioOf(append: Buffer): Buffer {
  const base64 = append.toString("latin1", APPEND_HEAD.length, append.length - TAIL.length);
  return Buffer.from(base64, "base64");
}

/** What the model says, if it says just what it heard. */
export function deltaFrameOf(append: Buffer): Buffer {
  return Buffer.concat([DELTA_HEAD, append.subarray(APPEND_HEAD.length)]);
}

export function isDelta(frame: Buffer): boolean {
  return startsWith(frame, DELTA_HEAD);
}

/** Whether a delta carries the audio of this append. */
export function carries(delta: Buffer, append: Buffer): boolean {
  return delta.subarray(DELTA_HEAD.length).equals(append.subarray(APPEND_HEAD.length));
}

function startsWith(frame: Buffer, head: Buffer): boolean {
  return frame.length > head.length && frame.compare(head, 0, head.length, 0, head.length) === 0;
}
