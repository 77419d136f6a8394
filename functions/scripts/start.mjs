// Starts the whole stack and keeps it up until Ctrl-C.
import { runScript } from "./stack/problem.mjs";
import { keepSchedules, scheduledFunctions } from "./stack/schedules.mjs";
import { build, setUp } from "./stack/setup.mjs";
import { withStack } from "./stack/withStack.mjs";

function describe({ urls, providers, folder }) {
  const rows = [
    ["Hosting (HTTPS endpoints)", urls.hosting],
    ["Functions (by name, callables)", urls.functions],
    ["Relay (WebSocket)", `${urls.relay}/v1/realtime`],
    ["Relay (health, metrics)", `${urls.relayHttp}/readyz  ${urls.relayHttp}/metrics`],
    ["Firestore emulator", urls.firestore],
    ["Auth emulator", urls.auth],
    ["Pub/Sub emulator", urls.pubsub],
    ["Tasks emulator", urls.tasks],
    ["Provider simulators", urls.simulators],
    ["Logs", folder],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  const kinds = providers.map(({ name, real }) => `${name}: ${real ? "real" : "simulated"}`);
  return `${lines.join("\n")}\n\n  Providers  ${kinds.join(", ")}\n`;
}

const untilInterrupted = (signal) =>
  new Promise((resolve) => {
    signal.addEventListener("abort", resolve, { once: true });
    if (signal.aborted) resolve();
  });

runScript(async () => {
  await setUp();
  await build();
  console.log("Starting the stack …");
  const code = await withStack(
    { ports: "fixed", providers: "configured", verbose: true },
    async (stack, signal) => {
      const functionsOrigin = new URL(stack.urls.functions).origin;
      keepSchedules({ functionsOrigin, names: scheduledFunctions(), signal });
      console.log(`\nThe stack is up.\n\n${describe(stack)}\nCtrl-C stops it.\n`);
      await untilInterrupted(signal);
      console.log("\nStopping …");
    },
  );
  // Ctrl-C is how it is meant to end, even before it was up.
  return code === 130 ? 0 : code;
});
