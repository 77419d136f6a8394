import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { type Benchmark, digits, type Figure, times } from "./figure";
import { median } from "./statistics";

const BASELINE = [
  "firebase-functions/https",
  "firebase-admin/app",
  "firebase-admin/auth",
  "firebase-admin/firestore",
  "zod",
];
const ROUNDS = 15;

/** A function, and what it loads by its first request. */
interface Loading {
  endpoint: string;
  about: string;
  /** Of ours, loaded at first use. */
  atFirstUse?: string;
  /** A provider's, which no request can do without: part of the baseline. */
  sdk?: string;
  maxRatio: number;
  /** Packages beyond the baseline. */
  allowed: readonly string[];
}

/** The calendar's part of the SDK, and what it stands on that the baseline does not load. */
const GOOGLE_SDK =
  "googleapis googleapis-common url-template qs side-channel side-channel-list side-channel-map side-channel-weakmap " +
  "object-inspect es-errors es-object-atoms es-define-property math-intrinsics gopd get-intrinsic get-proto " +
  "dunder-proto has-symbols hasown function-bind call-bound call-bind-apply-helpers async-function " +
  "generator-function async-generator-function";

const LOADINGS: readonly Loading[] = [
  { endpoint: "voiceConnectHttp", about: "one voice endpoint", maxRatio: 1.3, allowed: [] },
  {
    endpoint: "googleCalendarEventsHttp",
    about: "the calendar's events with Google's SDK",
    atFirstUse: "providers/googleSdk.js",
    maxRatio: 1.5,
    allowed: GOOGLE_SDK.split(" "),
  },
  // Without Twilio's SDK: credentials that are given again do not load it.
  { endpoint: "turnCredentialsHttp", about: "the TURN credentials", maxRatio: 1.5, allowed: [] },
  {
    endpoint: "realtimeKeyHttp",
    about: "the ephemeral key, with OpenAI's SDK on both sides",
    sdk: "openai",
    maxRatio: 1.3,
    allowed: [],
  },
  { endpoint: "interviewsHttp", about: "the interviews", maxRatio: 1.3, allowed: [] },
  // Without the library that makes tokens, where none are made.
  { endpoint: "vapiStartHttp", about: "the start with Vapi", maxRatio: 1.3, allowed: [] },
];

interface Loaded {
  ms: number;
  packages: string[];
}

/**
 * How long a fresh process takes to load an endpoint from the deployed index, and what that loads. Starting Node itself
 * is not in it. Ours and the baseline take turns.
 */
export const coldLoad: Benchmark = {
  name: "cold-load",
  about: "loading endpoints from lib/index.js in fresh processes",
  async run() {
    const figures: Figure[] = [];
    for (const loading of LOADINGS) figures.push(...(await measure(loading)));
    return figures;
  },
};

async function measure(loading: Loading): Promise<Figure[]> {
  // The first reads from the disk what all others find in memory.
  await loadOurs(loading);
  await loadBaseline(loading);
  const rounds: { ours: Loaded; baseline: Loaded }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({ ours: await loadOurs(loading), baseline: await loadBaseline(loading) });
  }
  return figuresOf(loading, rounds);
}

const LIB = path.resolve(__dirname, "../../lib");
const loadOurs = ({ endpoint, atFirstUse }: Loading) =>
  load([`${LIB}/index.js#${endpoint}`, ...(atFirstUse ? [`${LIB}/${atFirstUse}`] : [])], {
    FUNCTION_TARGET: endpoint,
  });
const loadBaseline = ({ sdk }: Loading) => load([...BASELINE, ...(sdk ? [sdk] : [])], {});

async function load(modules: string[], env: Record<string, string>): Promise<Loaded> {
  const script = path.join(__dirname, "workers/loadTime.js");
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...modules], {
    env: { ...process.env, ...env },
  });
  return JSON.parse(stdout);
}

function figuresOf(
  { about, maxRatio, allowed }: Loading,
  rounds: { ours: Loaded; baseline: Loaded }[],
): Figure[] {
  const ours = median(rounds.map((round) => round.ours.ms));
  const baseline = median(rounds.map((round) => round.baseline.ms));
  const expected = new Set(rounds[0]?.baseline.packages);
  const extra = rounds[0]?.ours.packages.filter((name) => !expected.has(name)) ?? [];
  const unexpected = extra.filter((name) => !allowed.includes(name));
  return [
    {
      figure: `cold load of ${about}, against what it stands on`,
      ours: `${digits(ours)} ms`,
      baseline: `${digits(baseline)} ms`,
      ratio: times(ours / baseline),
      limit: times(maxRatio),
      met: ours / baseline <= maxRatio,
    },
    {
      figure: "  packages loaded that it need not load",
      ours: unexpected.length === 0 ? "none" : unexpected.join(", "),
      baseline: `${expected.size} packages`,
      limit: "none",
      met: unexpected.length === 0,
    },
  ];
}
