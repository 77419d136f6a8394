import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "./environment";
import { PCM_RATE } from "./pcm";
import type { RecordedTurn, Recording } from "./recording";
import type { User } from "./user";
import { writeWav } from "./wav";

/** Whose phone it is that rings. */
const PHONE_NUMBER = "+14155552671";
const THINKING_MS = 400;
/** How far into the assistant's answer the caller interrupts it. */
const INTERRUPT_AFTER_MS = 1_500;
const CALL_TIMEOUT_MS = 90_000;
const REQUEST_TIMEOUT_MS = 20_000;
const LOOK_EVERY_MS = 250;

/** A call as `GET /calls/{call_sid}` tells of it. */
export interface ToldCall {
  status: string;
  end_reason?: string;
  duration?: number;
  status_history: { status: string }[];
}
/** What the simulated phone network has counted of a stream; 8 bytes are a millisecond. */
interface Stream {
  receivedBytes: number;
  playedBytes: number;
  clearedBytes: number;
  queuedBytes: number;
}
export interface HeldCall {
  phoneNumber: string;
  call: ToldCall;
  messages: { role: string; content: string; interrupted?: boolean }[];
  isComplete: boolean;
  streams: Stream[];
  /** Two channels, 8 kHz: the caller on the left, the assistant on the right. */
  recordingFile: string;
}

type PhoneEnvironment = Environment & { phoneControlUrl: string };

/**
 * Calls a simulated phone, whose owner says what was recorded, interrupts once and hangs up.
 * @throws Error where something does not come in time
 */
export async function holdPhoneCall(
  environment: PhoneEnvironment,
  recording: Recording,
  user: User,
): Promise<HeldCall> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "voice-demo-"));
  try {
    await scriptPhone(environment, recording, folder);
    const { call_sid: callSid, session_id: sessionId } = await place(environment, recording, user);
    const { streams, wavPath } = await untilOver(environment, callSid);
    const call = await untilTold(environment, user, callSid);
    const transcript = await untilComplete(environment, user, sessionId);
    const recordingFile = path.join(mkdtempSync(path.join(os.tmpdir(), "voice-demo-call-")), "call.wav");
    copyFileSync(wavPath, recordingFile);
    return {
      phoneNumber: PHONE_NUMBER,
      call,
      messages: transcript.messages,
      isComplete: transcript.complete,
      streams,
      recordingFile,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function scriptPhone({ phoneControlUrl }: PhoneEnvironment, { turns }: Recording, folder: string) {
  const says = turns.map((turn, index) => ({ ...whenToSay(turn), wav: wavOf(turn, index, folder) }));
  await request(`${phoneControlUrl}/script`, "POST", {
    body: { number: PHONE_NUMBER, caller: { says: [...says, { afterReplyMs: THINKING_MS, hangUp: true }] } },
  });
}

function whenToSay({ interrupts }: RecordedTurn) {
  return interrupts ? { intoReplyMs: INTERRUPT_AFTER_MS } : { afterReplyMs: THINKING_MS };
}

function wavOf({ audio }: RecordedTurn, index: number, folder: string): string {
  const file = path.join(folder, `${index}.wav`);
  writeFileSync(file, writeWav({ rate: PCM_RATE, pcm: audio }));
  return file;
}

/** With a scenario of the user's own. */
async function place({ hostingUrl }: Environment, { instructions }: Recording, { idToken }: User) {
  const scenario = {
    persona: instructions,
    prompt: "Help the caller to begin.",
    voice_type: "friendly_female",
  };
  const created = await request<{ scenario_id: string }>(`${hostingUrl}/realtime/custom-scenario`, "POST", {
    idToken,
    body: scenario,
  });
  return request<{ call_sid: string; session_id: string }>(
    `${hostingUrl}/make-custom-call/${PHONE_NUMBER}/${encodeURIComponent(created.scenario_id)}`,
    "POST",
    { idToken, body: { record: true, language: "en", max_minutes: 2 } },
  );
}

interface PhoneView {
  endedAt: number | null;
  streams: Stream[];
  wavPath: string | null;
}

function untilOver({ phoneControlUrl }: PhoneEnvironment, callSid: string) {
  return look("the call to end", async () => {
    const view = await request<PhoneView>(`${phoneControlUrl}/calls/${callSid}`, "GET");
    return view.endedAt !== null && view.wavPath !== null ? { ...view, wavPath: view.wavPath } : undefined;
  });
}

function untilTold({ hostingUrl }: Environment, { idToken }: User, callSid: string) {
  return look("the call's end to be told of", async () => {
    const call = await request<ToldCall>(`${hostingUrl}/calls/${callSid}`, "GET", { idToken });
    return call.status === "completed" ? call : undefined;
  });
}

function untilComplete({ hostingUrl }: Environment, { idToken }: User, sessionId: string) {
  return look("the call's transcript to be complete", async () => {
    const transcript = await request<Pick<HeldCall, "messages"> & { complete: boolean }>(
      `${hostingUrl}/api/voice/sessions/${sessionId}/transcript`,
      "GET",
      { idToken },
    );
    return transcript.complete ? transcript : undefined;
  });
}

async function look<T>(what: string, at: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = performance.now() + CALL_TIMEOUT_MS; performance.now() < deadline; ) {
    const seen = await at();
    if (seen !== undefined) return seen;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`Waited ${CALL_TIMEOUT_MS / 1_000} s in vain for ${what}.`);
}

async function request<T>(
  url: string,
  method: string,
  { idToken, body }: { idToken?: string; body?: object } = {},
): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: {
      "Content-Type": "application/json",
      ...(idToken === undefined ? {} : { Authorization: `Bearer ${idToken}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname} answers ${response.status}.`);
  return (await response.json()) as T;
}
