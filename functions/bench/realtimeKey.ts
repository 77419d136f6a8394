import OpenAI from "openai";
import type { RealtimeSessionCreateRequest } from "openai/resources/realtime/realtime";
import { newId } from "../src/core/ids";
import { createInterview } from "../src/interviews/createInterview";
import { interviewQuestion } from "../src/interviews/interviewQuestion";
import { modelSession } from "../src/voice/modelSession";
import { createRealtimeKey } from "../src/webrtc/createRealtimeKey";
import { KEY_SECONDS, PROVIDER_KEY_MS } from "../src/webrtc/limits";
import { costOf, ownDatabase } from "../test/support/countedFirestore";
import {
  addSimulatorFault,
  clearSimulatedRequests,
  clearSimulatorFaults,
  simulatedRequests,
} from "../test/support/openAiControl";
import { benchCtx } from "./benchCtx";
import { type Benchmark, digits, type Figure } from "./figure";
import { inTurns } from "./relayRounds";
import { median } from "./statistics";
import { startWorker } from "./worker";
import type { SlowModelApi } from "./workers/slowModel";

const MODEL_MS = 200;
const WARM_UPS = 15;
const ROUNDS = 60;
const LIMITS = { requests: 1, reads: 3, writes: 2 } as const;
const MAX_OVERHEAD_MS = 15;

const [REFUSED, WORKING] = ["sk-bench-refused", "sk-bench-working"];

type Db = ReturnType<typeof ownDatabase>;
interface Stage {
  db: Db;
  /** The model's, from which every answer takes its time. */
  url: string;
}

/** Whoever asks for a key: we, the SDK alone, and we while the first key of the pool is refused. */
type Kind = "ours" | "bare" | "failover";
/** How long each took, in ms. */
type Round = Record<Kind, number>;

/** What an ephemeral key costs, and how much longer it takes than the model's provider does by itself. */
export const realtimeKey: Benchmark = {
  name: "realtime-key",
  about: `createRealtimeKey, warm, with a model that answers in ${MODEL_MS} ms`,
  async run() {
    const db = ownDatabase();
    const model = startWorker<SlowModelApi>("slowModel.js");
    try {
      await addSimulatorFault({ kind: "http_401", endpoint: "secrets", key: REFUSED, times: 1_000_000 });
      const stage = { db, url: await model.call("listen", { delayMs: MODEL_MS }) };
      const rounds = await timedRounds(stage);
      return [
        ...(await counted(stage)),
        overhead(rounds),
        ...failover(rounds, await failoverRequests(stage)),
      ];
    } finally {
      await clearSimulatorFaults();
      await model.stop();
      await db.terminate();
    }
  },
};

async function timedRounds(stage: Stage): Promise<Round[]> {
  const bare = await bareRequest(stage);
  const kinds: { kind: Kind; ask(): Promise<() => Promise<unknown>> }[] = [
    { kind: "ours", ask: () => keyRequest(stage, [WORKING]) },
    { kind: "bare", ask: async () => bare },
    { kind: "failover", ask: () => keyRequest(stage, [REFUSED, WORKING]) },
  ];
  const rounds: Round[] = [];
  for (let round = 0; round < WARM_UPS + ROUNDS; round += 1) {
    const times: Round = await inTurns(kinds, round, async ({ ask }) => timed(await ask()));
    if (round >= WARM_UPS) rounds.push(times);
  }
  return rounds;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A user of their own, with an interview, whose pool has these keys and knows no failures yet. */
async function interviewed({ db, url }: Stage, openAiKeys: string[]) {
  const ctx = benchCtx(db, newId(), { openAiKeys, OPENAI_BASE_URL: url });
  const { id } = await createInterview(ctx, { type: "behavioral", role: "Nurse" });
  return { ctx, question: { interview_id: id, question_number: 1 } };
}

/** What asks for one key; that its interview is made is over by then. */
async function keyRequest(stage: Stage, openAiKeys: string[]): Promise<() => Promise<unknown>> {
  const { ctx, question } = await interviewed(stage, openAiKeys);
  return () => createRealtimeKey(ctx, question);
}

/** The same request to the provider and nothing else. */
async function bareRequest(stage: Stage): Promise<() => Promise<unknown>> {
  const { ctx, question } = await interviewed(stage, [WORKING]);
  const client = new OpenAI({ apiKey: WORKING, baseURL: stage.url, maxRetries: 0 });
  const asked = await interviewQuestion(ctx, question);
  const session = modelSession({ ...asked, model: ctx.config.OPENAI_REALTIME_MODEL }, ctx.config);
  const expiry = { anchor: "created_at" as const, seconds: KEY_SECONDS };
  const body = { expires_after: expiry, session: session as RealtimeSessionCreateRequest };
  return () => client.realtime.clientSecrets.create(body);
}

async function counted(stage: Stage): Promise<Figure[]> {
  const request = await keyRequest(stage, [WORKING]);
  await clearSimulatedRequests();
  const { reads, writes, roundTrips } = await costOf(stage.db, request);
  const cost = { requests: (await simulatedRequests()).length, reads, writes };
  const limited = (["requests", "reads", "writes"] as const).map((what) => ({
    figure: `ephemeral key: ${what === "requests" ? "requests to the provider" : what}`,
    ours: digits(cost[what]),
    limit: digits(LIMITS[what]),
    met: cost[what] <= LIMITS[what],
  }));
  return [...limited, { figure: "ephemeral key: round trips to Firestore", ours: digits(roundTrips) }];
}

async function failoverRequests(stage: Stage): Promise<number> {
  const request = await keyRequest(stage, [REFUSED, WORKING]);
  await clearSimulatedRequests();
  await request();
  return (await simulatedRequests()).length;
}

function overhead(rounds: Round[]): Figure {
  const figure = "ephemeral key: time, against the provider's own, median";
  return against(figure, middle(rounds, "ours"), middle(rounds, "bare"));
}

/** What is added to a second request is what is added to one. A key that says nothing would have cost a timeout. */
function failover(rounds: Round[], requests: number): Figure[] {
  const slowest = Math.max(...rounds.map(({ failover }) => failover));
  return [
    {
      figure: "ephemeral key, first key refused: requests to the provider",
      ours: digits(requests),
      limit: "exactly 2",
      met: requests === 2,
    },
    against("  time, against two requests, median", middle(rounds, "failover"), 2 * middle(rounds, "bare")),
    {
      figure: `  slowest of ${ROUNDS}, against the time that one key may take`,
      ours: ms(slowest),
      baseline: ms(PROVIDER_KEY_MS),
      limit: "< 0.50×",
      ratio: `${digits(slowest / PROVIDER_KEY_MS, 2)}×`,
      met: slowest < PROVIDER_KEY_MS / 2,
    },
  ];
}

function against(figure: string, ours: number, provider: number): Figure {
  const added = ours - provider;
  return {
    figure,
    ours: ms(ours),
    baseline: ms(provider),
    ratio: `${added < 0 ? "−" : "+"}${digits(Math.abs(added), 1)} ms`,
    limit: `+${MAX_OVERHEAD_MS} ms`,
    met: added <= MAX_OVERHEAD_MS,
  };
}

function middle(rounds: Round[], kind: Kind): number {
  return median(rounds.map((round) => round[kind]));
}

function ms(value: number): string {
  return `${digits(value, 1)} ms`;
}
