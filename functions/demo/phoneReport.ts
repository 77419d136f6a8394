import type { HeldCall } from "./phoneCall";

const WIDTH = 70;
const BYTES_PER_SECOND = 8_000;

/** Prints how the phone call went. */
export const phoneReport = {
  notPlaced(): void {
    console.log("No phone call: Twilio is REAL, and a demo calls nobody.\n");
  },

  begin(): void {
    console.log(
      "A phone call with the same recording. The phone network is SIMULATED; the SDK, the webhooks, their",
    );
    console.log("signatures and the media stream are the real thing.");
  },

  end({ phoneNumber, call, messages, streams, recordingFile }: HeldCall): void {
    const history = call.status_history.map(({ status }) => status).join(", ");
    console.log(`  called        ${phoneNumber}: ${history}`);
    console.log(`  ended         ${call.end_reason ?? "?"}, after ${call.duration ?? "?"} s`);
    for (const { role, content, interrupted } of messages) {
      const text = content.length > WIDTH ? `${content.slice(0, WIDTH - 1)}…` : content;
      console.log(`    ${role.padEnd(10)}  ${text}${interrupted ? " (INTERRUPTED)" : ""}`);
    }
    for (const { playedBytes, clearedBytes, queuedBytes } of streams) {
      const [heard, dropped] = [playedBytes, clearedBytes + queuedBytes].map(seconds);
      console.log(
        `  audio         ${heard} of the assistant were heard, ${dropped} dropped when interrupted`,
      );
    }
    console.log(`  recording     ${recordingFile}`);
    console.log("                (two channels: the caller on the left, the assistant on the right)\n");
  },
};

function seconds(bytes = 0): string {
  return `${(bytes / BYTES_PER_SECOND).toFixed(1)} s`;
}
