import { alignment } from "./alignment";
import { chat } from "./chat";
import { coldLoad } from "./coldLoad";
import { connect } from "./connect";
import { costs } from "./costs";
import { dispatch } from "./dispatch";
import { type Benchmark, type Figure, table } from "./figure";
import { limits } from "./limits";
import { realtimeKey } from "./realtimeKey";
import { relayBinary } from "./relayBinary";
import { relayCpu } from "./relayCpu";
import { relayMemory } from "./relayMemory";
import { relayPhone } from "./relayPhone";
import { relaySideband } from "./relaySideband";
import { sweep } from "./sweep";
import { transcriptsBenchmark } from "./transcripts";
import { vapi } from "./vapi";

const BENCHMARKS: readonly Benchmark[] = [
  relayCpu,
  relayBinary,
  relayMemory,
  relayPhone,
  relaySideband,
  chat,
  coldLoad,
  connect,
  realtimeKey,
  limits,
  sweep,
  costs,
  ...dispatch,
  alignment,
  transcriptsBenchmark,
  vapi,
];

/** Runs the benchmarks named on the command line, or all, one after another; fails where a figure is missed. */
async function main(names: string[]): Promise<number> {
  const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    const list = BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join("\n");
    console.error(`There is no benchmark ${unknown.join(", ")}. There are:\n${list}`);
    return 1;
  }
  const figures: Figure[] = [];
  for (const { name, about, run } of BENCHMARKS) {
    if (names.length > 0 && !names.includes(name)) continue;
    const started = performance.now();
    process.stdout.write(`${name}: ${about} …`);
    figures.push(...(await run()));
    process.stdout.write(` ${Math.round((performance.now() - started) / 1_000)} s\n`);
  }
  console.log(`\n${table(figures)}`);
  const missed = figures.filter(({ met }) => met === false).length;
  if (missed > 0) console.log(`\n${missed} missed`);
  return missed > 0 ? 1 : 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
