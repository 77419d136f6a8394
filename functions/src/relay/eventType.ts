const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HEAD_BYTES = 160;
const TYPE = /^\s*\{\s*(?:"event_id"\s*:\s*"[^"\\]*"\s*,\s*)?"type"\s*:\s*"([a-z_.]+)"/;

/** The type of the events that are nine of ten: the model's audio. */
export const AUDIO_TYPE = "response.output_audio.delta";
const AUDIO_HEAD = Buffer.from(`{"type":"${AUDIO_TYPE}",`);

/**
 * The `type` of an event, read from its first bytes without parsing it; undefined where it does not stand first, or
 * right behind `event_id`. For events of the model, which is trusted: a peek cannot tell a key that occurs twice.
 */
export function peekType(event: Buffer): string | undefined {
  // Nine of ten events are audio: told by comparing bytes, without making a string of them.
  if (
    event.length > AUDIO_HEAD.length &&
    event.compare(AUDIO_HEAD, 0, AUDIO_HEAD.length, 0, AUDIO_HEAD.length) === 0
  ) {
    return AUDIO_TYPE;
  }
  return TYPE.exec(event.toString("latin1", 0, HEAD_BYTES))?.[1];
}

/** What stands before the base64 in an audio append as the official clients write it. */
export const APPEND_HEAD = Buffer.from('{"type":"input_audio_buffer.append","audio":"');
export const APPEND_TAIL = Buffer.from('"}');

/**
 * Whether a client's message is an audio append and nothing else, to the byte, as the official clients write it. Its
 * one value holds neither a quote nor a backslash nor a control character, so it is valid JSON, no second key can hide
 * behind it, and it may go on unparsed.
 */
export function isPlainAppend(message: Buffer): boolean {
  const end = message.length - APPEND_TAIL.length;
  return (
    end >= APPEND_HEAD.length &&
    message.compare(APPEND_HEAD, 0, APPEND_HEAD.length, 0, APPEND_HEAD.length) === 0 &&
    message.indexOf(QUOTE, APPEND_HEAD.length) === end &&
    message[end + 1] === APPEND_TAIL[1] &&
    message.indexOf(BACKSLASH, APPEND_HEAD.length) === -1 &&
    !hasControl(message, APPEND_HEAD.length, end)
  );
}

/** Whether a byte from `start` to `end` is below 0x20. Four at a time: every audio frame comes through here. */
function hasControl(message: Buffer, start: number, end: number): boolean {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = view.getInt32(at, true);
    // https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
    if ((((word - 0x20202020) | 0) & ~word & 0x80808080) !== 0) return true;
  }
  for (; at < end; at += 1) if (view.getUint8(at) < 0x20) return true;
  return false;
}
