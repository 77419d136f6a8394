import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "./problem.mjs";

// Without a new line in the log for so long the emulators are taken to be stuck. Downloads print nothing.
const EMULATORS_SILENT_MS = 120_000;
const ANSWER_TIMEOUT_MS = 30_000;

/** Polls until the address answers 200; gives up quietly when the signal comes. */
export async function untilAnswers(url, what, signal) {
  const deadline = Date.now() + ANSWER_TIMEOUT_MS;
  while (Date.now() < deadline && !signal.aborted) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      await response.arrayBuffer();
      if (response.status === 200) return;
    } catch {
      // Not listening yet.
    }
    await sleep(50);
  }
  if (signal.aborted) return;
  throw new Problem(`${what} did not become ready: ${url} does not answer 200.`);
}

/** Follows the emulators' output: when they are all ready, or why they never will be. */
export function emulatorReadiness(signal) {
  let settle;
  let lastLineAt = Date.now();
  const outcome = new Promise((resolve, reject) => {
    settle = { resolve, reject };
  });
  outcome.catch(() => {});
  const silence = setInterval(() => {
    if (Date.now() - lastLineAt > EMULATORS_SILENT_MS)
      settle.reject(new Problem("The emulators did not become ready."));
  }, 1000);
  signal.addEventListener("abort", () => clearInterval(silence));
  return {
    outcome: outcome.finally(() => clearInterval(silence)),
    onLine(line) {
      lastLineAt = Date.now();
      if (line.includes("All emulators ready")) settle.resolve();
      if (line.includes("Failed to load function definition")) {
        settle.reject(new Problem("The Functions emulator could not load the functions."));
      }
    },
  };
}
