import { createRequire } from "node:module";

// Run as `loadTime.js <module>[#<member>] …`: loads them and prints how long that took and what it brought along.

const from = createRequire(__filename);

interface Loaded {
  ms: number;
  /** The packages of which files were loaded. */
  packages: string[];
}

function load(wanted: string[]): Loaded {
  const start = performance.now();
  for (const one of wanted) {
    const [module = "", member] = one.split("#");
    const loaded = from(module) as Record<string, unknown>;
    // A getter: what it gives is loaded when it is read.
    if (member !== undefined && loaded[member] === undefined) throw new Error(`${module} has no ${member}`);
  }
  const ms = performance.now() - start;
  const packages = Object.keys(from.cache).flatMap(
    (file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
  );
  return { ms, packages: [...new Set(packages)].sort() };
}

process.stdout.write(JSON.stringify(load(process.argv.slice(2))));
