import { type Call, callResource } from "./call.js";
import { MESSAGE_TYPES } from "./callScript.js";

/** A message as Vapi posts it, within `{message: …}`. https://docs.vapi.ai/server-url/events */
export type ServerMessage = { type: string; timestamp: number } & Record<string, unknown>;

/** All messages of a call, in the order in which they arrive. */
export function serverMessages(call: Call, orgId: string): ServerMessage[] {
  const { order, isDoubled, leavesOut } = call.script;
  const left = inTime(call, orgId).filter(({ type }) => !leavesOut.some((name) => name === type));
  const arriving = order === "usual" ? left : left.reverse();
  return isDoubled ? arriving.flatMap((message) => [message, message]) : arriving;
}

function inTime(call: Call, orgId: string): ServerMessage[] {
  const common = commonOf(call, orgId);
  const spoken = spokenTurns(call);
  const endMs = spoken.at(-1)?.endTime ?? call.startedMs;
  const [status, transcript, report] = MESSAGE_TYPES;
  const { endedReason } = call.script;
  return [
    { ...common, type: status, status: "queued", timestamp: call.startedMs },
    { ...common, type: status, status: "in-progress", timestamp: call.startedMs },
    ...spoken.flatMap(({ role, message, time, endTime }) => [
      { ...common, type: "speech-update", status: "started", role, turn: 0, timestamp: time },
      {
        ...common,
        type: transcript,
        role: spokenBy(role),
        transcriptType: "partial",
        transcript: message.slice(0, 3),
        timestamp: time,
      },
      {
        ...common,
        type: transcript,
        role: spokenBy(role),
        transcriptType: "final",
        transcript: message,
        timestamp: endTime,
      },
    ]),
    { ...common, type: "conversation-update", conversation: [], messages: [], timestamp: endMs },
    { ...common, type: status, status: "ended", endedReason, timestamp: endMs },
    { ...common, type: report, endedReason, timestamp: endMs + 1, ...reportOf(call, spoken) },
  ];
}

function commonOf(call: Call, orgId: string) {
  const { metadata, script } = call;
  return {
    call: callResource(call, orgId),
    assistant: {
      id: call.assistantId,
      name: "Simulated assistant",
      ...(metadata && script.metadataIn === "assistant" ? { metadata } : {}),
    },
  };
}

interface Spoken {
  role: "user" | "bot";
  message: string;
  time: number;
  endTime: number;
  secondsFromStart: number;
  duration: number;
}

function spokenTurns({ script, startedMs }: Call): Spoken[] {
  let at = startedMs;
  return script.turns.map(({ role, text, seconds }) => {
    const time = at;
    at += seconds * 1_000;
    return {
      role: role === "user" ? "user" : "bot",
      message: text,
      time,
      endTime: at,
      secondsFromStart: (time - startedMs) / 1_000,
      duration: seconds * 1_000,
    };
  });
}

const spokenBy = (role: Spoken["role"]) => (role === "bot" ? "assistant" : "user");

function reportOf({ startedMs }: Call, spoken: Spoken[]) {
  const system = {
    role: "system",
    message: "You are a kind assistant.",
    time: startedMs,
    secondsFromStart: 0,
  };
  const lines = spoken.map(({ role, message }) => `${role === "bot" ? "AI" : "User"}: ${message}\n`);
  return {
    startedAt: new Date(startedMs).toISOString(),
    endedAt: new Date(spoken.at(-1)?.endTime ?? startedMs).toISOString(),
    cost: 0.01,
    costs: [],
    analysis: { summary: "A short talk.", successEvaluation: "true" },
    artifact: { messages: [system, ...spoken], transcript: lines.join("") },
  };
}
