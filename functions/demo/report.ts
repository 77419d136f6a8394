import type { Environment } from "./environment";
import { type Exchange, latencyMs } from "./exchange";
import type { Forwarding, RelayOverhead } from "./relayOverhead";
import type { StoredConversation, StoredUsage } from "./storedConversation";

const WIDTH = 100;
const INDENT = " ".repeat(13);

/** Prints the demo's progress: plain lines that a log can hold. */
export const report = {
  begin({ simulatorControlUrl, realtimeUrl }: Environment): void {
    print(
      simulatorControlUrl
        ? "The model is SIMULATED: it plays a script and understands nothing. All else is the real thing."
        : "The model is REAL and costs money: OPENAI_API_KEY is set.",
    );
    print(`  realtime API  ${realtimeUrl}`);
  },

  connected(connected: { uid: string; sessionId: string; wsUrl: string }): void {
    print(`  signed in     as ${connected.uid}, with the Firebase client SDK`);
    print(`  connectVoice  gave session ${connected.sessionId}`);
    print(`                at ${connected.wsUrl.replace(/ticket=.*/, "ticket=… (single use)")}`);
  },

  ready(ms: number): void {
    print(`  ready         to speak ${Math.round(ms)} ms after connectVoice was called`);
    print("");
    print("Latency is from the end of the user's speech to the first audio of the answer. It includes the");
    print("500 ms of silence by which the model knows that the user has finished.");
    print("");
  },

  exchange(exchange: Exchange, index: number): void {
    const latency = latencyMs(exchange);
    labelled(`${index + 1} user`, exchange.heard ?? "(not transcribed)");
    labelled("  assistant", exchange.answer.trim());
    const figures = [
      latency === undefined ? "no audio" : `latency ${Math.round(latency)} ms`,
      exchange.cutOff
        ? `INTERRUPTED, ${seconds(exchange.cutOff.heardMs)} heard of the ${seconds(exchange.answerMs)} that came`
        : `heard whole, ${seconds(exchange.answerMs)}`,
    ];
    print(`${INDENT}[${figures.join("; ")}]`);
    print("");
  },

  stored({ session, isComplete, messages, turns }: StoredConversation, isSimulated: boolean): void {
    const ended = session.endedAt?.toMillis() ?? Number.NaN;
    print("Read back from Firestore with the client SDK, as that user:");
    print(
      `  session       ${session.status} (${session.endReason ?? "?"}), ${session.model}, ${seconds(ended - session.createdAt.toMillis())} long`,
    );
    print(`  usage         ${session.usage ? describeTokens(session.usage) : "none"}`);
    if (session.usage)
      print(`  cost          ${describeCost(session.usage)}${isSimulated ? ", had it been real" : ""}`);
    print(
      `  transcript    ${isComplete ? "complete" : "NOT complete"}, ${messages.length} messages, ${turns.length} turns`,
    );
    for (const { role, content, interrupted } of messages) {
      print(`    ${role.padEnd(10)}  ${shortened(content)}${interrupted ? " (interrupted)" : ""}`);
    }
  },

  stranger(answers: Record<string, string>): void {
    const list = Object.entries(answers).map(([what, answer]) => `${what}: ${answer}`);
    print(`  another user  ${list.join(", ")}`);
    print("");
  },

  overhead({ toModel, toClient }: RelayOverhead): void {
    print("The relay's own overhead, from a frame's receipt to its being written on, in its own process");
    print(
      "(some frames are timed, and the quantiles estimated from a histogram's buckets; no network is part of",
    );
    print(
      "it; of so few, p99 is about the slowest one; `npm --prefix functions run bench` measures under load):",
    );
    print(`  to the model  ${describeForwarding(toModel)}`);
    print(`  to the client ${describeForwarding(toClient)}`);
    print("");
  },

  end(problems: readonly string[], elapsedMs: number): void {
    if (problems.length === 0) {
      print(`The conversation took ${seconds(elapsedMs)} and everything is as it must be.`);
      return;
    }
    for (const problem of problems) console.error(`The demo failed: ${problem}.`);
  },
};

function print(line: string): void {
  console.log(line);
}

function labelled(label: string, text: string): void {
  for (const [index, line] of wrapped(text).entries()) {
    print(`${(index === 0 ? label : "").padEnd(INDENT.length)}${line}`);
  }
}

function wrapped(text: string): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? "";
    if (line.length + word.length + 1 > WIDTH - INDENT.length) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

function shortened(text: string): string {
  const room = WIDTH - 30;
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function describeTokens(usage: StoredUsage): string {
  const input = `${usage.textIn} text and ${usage.audioIn} audio tokens in`;
  const cached = usage.textCachedIn + usage.audioCachedIn;
  const output = `${usage.textOut} text and ${usage.audioOut} audio out`;
  return `${usage.responses} responses: ${input} (${cached} of them cached), ${output}`;
}

function describeCost({ costUsd }: StoredUsage): string {
  return costUsd === null
    ? "unknown: the model has no price in the table"
    : `$${costUsd.toFixed(4)} by the price table`;
}

function describeForwarding({ frames, p50Ms, p99Ms }: Forwarding): string {
  if (p50Ms === undefined || p99Ms === undefined) return "no frame was timed";
  return `p50 ${p50Ms.toFixed(3)} ms, p99 ${p99Ms.toFixed(3)} ms (${frames} frames timed)`;
}
