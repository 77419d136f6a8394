import { bytesPerMs } from "./audioFormats.js";
import type { Exchange } from "./exchange.js";
import { OutgoingStream, type Spoilers } from "./outgoingStream.js";
import { soundEncoder } from "./soundEncoders.js";
import { speak } from "./speech.js";
import { parseSpeechRequest, type SpeechFormat, type SpeechRequest } from "./speechRequest.js";

const PCM = "audio/pcm";
const PIECE_BYTES = 200 * bytesPerMs(PCM);
const CONTENT_TYPES: Record<SpeechFormat, string> = { mp3: "audio/mpeg", wav: "audio/wav", pcm: "audio/pcm" };
/** Bytes that no decoder takes for a frame. */
const SPOILERS: Spoilers = { garbage: Buffer.alloc(64, 0x5a) };

/** `POST /v1/audio/speech`, streamed at the pace of Realtime; throws RefusedRequest. */
export async function createSpeech(exchange: Exchange): Promise<void> {
  const { response, controls, logged } = exchange;
  const request = parseSpeechRequest(exchange.body);
  const { firstAudioMs, realTimeFactor } = controls.pace;
  const encoder = await soundEncoder(request.format);
  response.writeHead(200, { "Content-Type": CONTENT_TYPES[request.format] });
  const fault = exchange.takeStreamFault();
  const stream = new OutgoingStream(response, { logged, fault, spoilers: SPOILERS });
  await stream.pause(firstAudioMs);
  for (const piece of spokenPieces(request)) {
    const bytes = encoder.encode(piece);
    if (bytes.length > 0 && !(await stream.send(bytes))) return;
    await stream.pause(piece.length / bytesPerMs(PCM) / realTimeFactor);
  }
  const last = encoder.finish();
  if (last.length > 0 && !(await stream.send(last))) return;
  stream.end();
}

/** Some words at a time, so that each piece is worth sending. */
function* spokenPieces({ text, voice, speed }: SpeechRequest): Generator<Buffer> {
  let words: Buffer[] = [];
  let bytes = 0;
  for (const { audio } of speak(text, { format: PCM, voice, speed })) {
    words.push(audio);
    bytes += audio.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(words);
    words = [];
    bytes = 0;
  }
  if (words.length > 0) yield Buffer.concat(words);
}
