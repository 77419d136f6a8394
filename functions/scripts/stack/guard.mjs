// Runs beside a stack and cleans up after a script that was killed before it could do so itself. It is told through
// its standard input, one JSON object a line, what there is: {"folder"} first, {"group"} for each process group, and
// {"done"} once the script has cleaned up. The input ends when the script does, however it ends.
import fs from "node:fs";
import readline from "node:readline";
import { killStack } from "./processes.mjs";

// A signal for the script's group is not for the guard: it outlives the script by a moment.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

let folder = "";
let done = false;
const groups = [];
for await (const line of readline.createInterface({ input: process.stdin })) {
  const told = JSON.parse(line);
  folder = told.folder ?? folder;
  done = told.done ?? done;
  if (told.group) groups.push(told.group);
}
if (!done && folder) {
  killStack({ groups, folder });
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
