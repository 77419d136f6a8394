import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rfc2822 } from "../dates.js";
import { newSid } from "../ids.js";
import { BYTES_PER_MS } from "../stream/ticker.js";
import type { World } from "../world.js";
import type { Call } from "./call.js";
import { postCallback } from "./callbacks.js";

/** A recording that a call asked for. */
export interface Recording {
  sid: string;
  call: Call;
  status: "processing" | "completed";
  channels: 1 | 2;
  startedAt: number;
  updatedAt: number;
  deletedAt: number | undefined;
}

/** Where the sound of calls is kept: a folder of its own, made for the first, or one that was configured and is left. */
export class RecordingFolder {
  private own: string | undefined;

  constructor(private readonly configured: string | undefined) {}

  pathOf(call: Call): string {
    return join(this.path(), `${call.sid}.wav`);
  }

  remove(): void {
    if (this.own) rmSync(this.own, { recursive: true, force: true });
  }

  private path(): string {
    if (this.configured) {
      mkdirSync(this.configured, { recursive: true });
      return this.configured;
    }
    this.own ??= mkdtempSync(join(tmpdir(), "twilio-simulator-"));
    return this.own;
  }
}

/** Writes what both sides of an ended call said, and reports the recording if the call asked for one. */
export async function keepSound(world: World, call: Call): Promise<void> {
  const { answeredAt, endedAt, audio } = call;
  if (answeredAt === undefined || endedAt === undefined) return;
  const recording = call.request.recording && newRecording(world, call, call.request.recording.channels);
  if (audio) {
    try {
      const path = world.folder.pathOf(call);
      await writeFile(path, audio.toWav((endedAt - answeredAt) * BYTES_PER_MS));
      call.wavPath = path;
    } catch (error) {
      // The folder of a stopped simulator is gone.
      if (!world.stopped.aborted) call.fail(0, `The sound was not kept: ${(error as Error).message}`);
    }
    call.audio = undefined;
  }
  if (recording) await complete(world, recording);
}

function newRecording(world: World, call: Call, channels: 1 | 2): Recording {
  const startedAt = call.answeredAt ?? call.createdAt;
  const sid = newSid("RE");
  const recording: Recording = {
    sid,
    call,
    status: "processing",
    channels,
    startedAt,
    updatedAt: Date.now(),
    deletedAt: undefined,
  };
  world.recordings.add(recording);
  return recording;
}

// https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback
async function complete(world: World, recording: Recording): Promise<void> {
  const { call, sid, channels } = recording;
  recording.status = "completed";
  recording.updatedAt = Date.now();
  const hook = call.request.recording?.callback;
  if (!hook) return;
  await postCallback(world, call, "recording", hook, {
    AccountSid: call.input.accountSid,
    CallSid: call.sid,
    ErrorCode: "0",
    RecordingChannels: String(channels),
    RecordingDuration: String(call.durationSeconds),
    RecordingSid: sid,
    RecordingSource: "OutboundAPI",
    RecordingStartTime: rfc2822(recording.startedAt),
    RecordingStatus: "completed",
    RecordingTrack: "both",
    RecordingUrl: `${call.input.apiUrl}/2010-04-01/Accounts/${call.input.accountSid}/Recordings/${sid}`,
  });
}
