// Holds one spoken conversation through the whole stack.
import { runScript } from "./stack/problem.mjs";
import { build, setUp } from "./stack/setup.mjs";
import { runNode, withStack } from "./stack/withStack.mjs";

runScript(async () => {
  await setUp();
  await build();
  console.log("Starting the stack …");
  return await withStack({ ports: "free", providers: "configured" }, (stack, signal) =>
    runNode([".build/demo/main.js", ...process.argv.slice(2)], { env: stack.env, signal }),
  );
});
