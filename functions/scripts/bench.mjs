// Runs the benchmarks against a stack of their own, with every provider simulated.
import { runScript } from "./stack/problem.mjs";
import { build, setUp } from "./stack/setup.mjs";
import { runNode, withStack } from "./stack/withStack.mjs";

runScript(async () => {
  await setUp();
  await build();
  console.log("Starting the stack …");
  return await withStack({ ports: "free", providers: "simulated" }, (stack, signal) =>
    runNode([".build/bench/main.js", ...process.argv.slice(2)], { env: stack.env, signal }),
  );
});
