import { readFileSync } from "node:fs";
import path from "node:path";
import { PCM_RATE } from "./pcm";
import { cutAudio, readWav } from "./wav";

/** One turn of the user, as it was recorded. */
export interface RecordedTurn {
  says: string;
  /** PCM16 at 24 kHz. */
  audio: Buffer;
  /** It begins while the assistant still speaks. */
  interrupts: boolean;
  /** What the simulator answers. */
  reply: string;
}

/** The recorded half of a conversation: the user's. */
export interface Recording {
  /** How the assistant shall behave. */
  instructions: string;
  /** What the simulator says where the assistant speaks first. */
  greeting: string;
  turns: RecordedTurn[];
}

interface Script {
  instructions: string;
  greeting: string;
  turns: { says: string; startMs: number; endMs: number; interrupts?: boolean; reply: string }[];
}

// The recording is no code and so is not compiled: it stays in functions/demo, this runs from functions/.build/demo.
const FOLDER = path.resolve(__dirname, "../../demo/recording");

/** Cuts the recording into the turns that its script describes. */
export function loadRecording(folder = FOLDER): Recording {
  const script = JSON.parse(readFileSync(path.join(folder, "conversation.json"), "utf8")) as Script;
  const audio = readWav(readFileSync(path.join(folder, "conversation.wav")));
  if (audio.rate !== PCM_RATE) throw new Error(`conversation.wav must be at ${PCM_RATE} Hz.`);
  const turns = script.turns.map(({ says, startMs, endMs, interrupts = false, reply }) => {
    return { says, audio: cutAudio(audio, startMs, endMs), interrupts, reply };
  });
  return { instructions: script.instructions, greeting: script.greeting, turns };
}
