import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { type Benchmark, digits, type Figure, times } from "./figure";
import { median } from "./statistics";

const ENDPOINT = "voiceConnectHttp";
const INDEX = path.resolve(__dirname, "../../lib/index.js");
const BASELINE = [
  "firebase-functions/https",
  "firebase-admin/app",
  "firebase-admin/auth",
  "firebase-admin/firestore",
  "zod",
];
const ROUNDS = 15;
const MAX_RATIO = 1.3;

interface Loaded {
  ms: number;
  packages: string[];
}

/**
 * How long a fresh process takes to load one endpoint from the deployed index, and what that loads. Starting Node
 * itself is not in it. The two take turns.
 */
export const coldLoad: Benchmark = {
  name: "cold-load",
  about: `loading ${ENDPOINT} from lib/index.js in a fresh process`,
  async run() {
    // The first reads from the disk what all others find in memory.
    await loadOurs();
    await loadBaseline();
    const rounds: { ours: Loaded; baseline: Loaded }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({ ours: await loadOurs(), baseline: await loadBaseline() });
    }
    return figures(rounds);
  },
};

const loadOurs = () => load([`${INDEX}#${ENDPOINT}`], { FUNCTION_TARGET: ENDPOINT });
const loadBaseline = () => load(BASELINE, {});

async function load(modules: string[], env: Record<string, string>): Promise<Loaded> {
  const script = path.join(__dirname, "workers/loadTime.js");
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...modules], {
    env: { ...process.env, ...env },
  });
  return JSON.parse(stdout);
}

function figures(rounds: { ours: Loaded; baseline: Loaded }[]): Figure[] {
  const ours = median(rounds.map((round) => round.ours.ms));
  const baseline = median(rounds.map((round) => round.baseline.ms));
  const expected = new Set(rounds[0]?.baseline.packages);
  const extra = rounds[0]?.ours.packages.filter((name) => !expected.has(name)) ?? [];
  return [
    {
      figure: "cold load of one voice endpoint, against what it stands on",
      ours: `${digits(ours)} ms`,
      baseline: `${digits(baseline)} ms`,
      ratio: times(ours / baseline),
      limit: times(MAX_RATIO),
      met: ours / baseline <= MAX_RATIO,
    },
    {
      figure: "  packages loaded that the baseline does not load",
      ours: extra.length === 0 ? "none" : extra.join(", "),
      baseline: `${expected.size} packages`,
      limit: "none",
      met: extra.length === 0,
    },
  ];
}
