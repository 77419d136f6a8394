import { setTimeout as delay } from "node:timers/promises";
import { MAX_TOKENS } from "../src/chat/limits";
import { setChatScript } from "../test/support/openAiControl";
import { type SignedInUser, signedInUser } from "../test/support/signedInUser";
import { fromStack } from "../test/support/stackEnvironment";
import { type Benchmark, digits, type Figure, times } from "./figure";
import { median } from "./statistics";
import { startWorker, type Worker } from "./worker";
import type { ChatServerApi } from "./workers/measurable";

const WARM_UPS = 15;
const FIRST_BYTES = 60;
const MAX_FIRST_BYTE_MS = 15;
const STREAM_CHUNKS = 10_000;
/** Processes differ in how their reads fall together, and stay as they are: so several are measured. */
const STREAM_PAIRS = 5;
const STREAM_WARM_UPS = 35;
const STREAM_ROUNDS = 11;
const MAX_CPU_RATIO = 2;
const LARGE_CHUNKS = 12_800;
const LARGE_CHUNK_BYTES = 4_096;
/** What the slow client reads in a second. */
const SLOW_BYTES_PER_SECOND = 8 * 1_048_576;
const MAX_GROWTH_MB = 24;
/** As many as the limit on a user lets through, with room. */
const REQUESTS_PER_USER = 18;

const MIB = 1_048_576;
const MESSAGES = [{ role: "user", content: "Hello" }];
// As many as a client may ask for: the simulator takes a chunk for a token.
const BODY = JSON.stringify({ messages: MESSAGES, max_tokens: MAX_TOKENS });

interface Server {
  worker: Worker<ChatServerApi>;
  url: string;
}

/** A chat through the deployed function, against the provider's own stream and against piping it through. */
export const chat: Benchmark = {
  name: "chat",
  about: "chat: first byte, CPU of a long stream, memory of a large one",
  async run() {
    const ours = await start("ourChat.js");
    const piped = await start("pipedChat.js");
    const nextToken = tokens();
    try {
      return [
        await firstByte(ours, nextToken),
        await streamCpu(nextToken),
        await largeStream(ours, piped, nextToken),
      ];
    } finally {
      await setChatScript();
      await Promise.all([ours.worker.stop(), piped.worker.stop()]);
    }
  },
};

async function start(name: string): Promise<Server> {
  const worker = startWorker<ChatServerApi>(name);
  return { worker, url: await worker.call("listen", undefined) };
}

/** ID tokens, each given as often as its user may chat. */
function tokens(): () => Promise<string> {
  let user: SignedInUser | undefined;
  let used = 0;
  return async () => {
    if (!user || used === REQUESTS_PER_USER) {
      user = await signedInUser();
      used = 0;
    }
    used += 1;
    return user.idToken;
  };
}

async function post(url: string, token: string, body = BODY): Promise<Response> {
  const response = await fetch(url, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body,
  });
  if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/** The time to the first byte of the answer; the rest is read. */
async function firstByteMs(url: string, token: string, body?: string): Promise<number> {
  const start = performance.now();
  const { body: bytes } = await post(url, token, body);
  let first: number | undefined;
  for await (const _ of bytes ?? []) first ??= performance.now() - start;
  return first ?? Number.NaN;
}

async function firstByte(ours: Server, nextToken: () => Promise<string>): Promise<Figure> {
  await setChatScript({ otherwise: { reply: "Good morning." } });
  const provider = `${fromStack("OPENAI_BASE_URL")}/chat/completions`;
  const body = JSON.stringify({ messages: MESSAGES, model: "gpt-6-luna", stream: true });
  const through: number[] = [];
  const direct: number[] = [];
  for (let round = 0; round < WARM_UPS + FIRST_BYTES; round += 1) {
    const token = await nextToken();
    const one = await firstByteMs(ours.url, token);
    const other = await firstByteMs(provider, fromStack("OPENAI_API_KEY"), body);
    if (round < WARM_UPS) continue;
    through.push(one);
    direct.push(other);
  }
  const added = median(through) - median(direct);
  return {
    figure: "chat: first byte, against the provider's own, median",
    ours: `${digits(median(through), 1)} ms`,
    baseline: `${digits(median(direct), 1)} ms`,
    ratio: `+${digits(added, 1)} ms`,
    limit: `+${MAX_FIRST_BYTE_MS} ms`,
    met: added <= MAX_FIRST_BYTE_MS,
  };
}

async function streamCpu(nextToken: () => Promise<string>): Promise<Figure> {
  await setChatScript({
    otherwise: { load: { chunks: STREAM_CHUNKS } },
    pace: { firstChunkMs: 0, chunkMs: 0 },
  });
  const pairs: { through: number; past: number }[] = [];
  for (let pair = 0; pair < STREAM_PAIRS; pair += 1) pairs.push(await streamCpuOfPair(nextToken));
  const ratio = median(pairs.map(({ through, past }) => through / past));
  return {
    figure: `chat: CPU of ${digits(STREAM_CHUNKS)} chunks, against piping the provider's body through`,
    ours: `${digits(median(pairs.map(({ through }) => through)))} ms`,
    baseline: `${digits(median(pairs.map(({ past }) => past)))} ms`,
    ratio: times(ratio),
    limit: times(MAX_CPU_RATIO),
    met: ratio <= MAX_CPU_RATIO,
  };
}

/** The CPU time in ms of a long stream through one process of ours, and piped through one of the baseline's, medians. */
async function streamCpuOfPair(nextToken: () => Promise<string>): Promise<{ through: number; past: number }> {
  const ours = await start("ourChat.js");
  const piped = await start("pipedChat.js");
  const [through, past]: [number[], number[]] = [[], []];
  for (let round = 0; round < STREAM_WARM_UPS + STREAM_ROUNDS; round += 1) {
    const one = await longStreamMs(ours, await nextToken());
    const other = await longStreamMs(piped, await nextToken());
    if (round < STREAM_WARM_UPS) continue;
    through.push(one);
    past.push(other);
  }
  await Promise.all([ours.worker.stop(), piped.worker.stop()]);
  return { through: median(through), past: median(past) };
}

async function longStreamMs({ worker, url }: Server, token: string): Promise<number> {
  const before = await worker.call("cpuMicroseconds", undefined);
  const answer = await (await post(url, token)).text();
  const chunks = answer.split("\n\n").length;
  if (chunks < STREAM_CHUNKS) throw new Error(`${url} sent ${chunks} chunks`);
  return ((await worker.call("cpuMicroseconds", undefined)) - before) / 1_000;
}

/** How much a server's memory grows at most, in MiB, while a slow client reads some 50 MB and more from it. */
async function growthMb(
  { worker, url }: Server,
  token: string,
): Promise<{ growth: number; megabytes: number }> {
  const before = await worker.call("memory", undefined);
  const { body } = await post(url, token);
  let peak = 0;
  let read = 0;
  let sampledAt = 0;
  const start = performance.now();
  for await (const piece of body ?? []) {
    read += piece.length;
    const early = (read / SLOW_BYTES_PER_SECOND) * 1_000 - (performance.now() - start);
    if (early > 1) await delay(early);
    if (performance.now() - sampledAt < 250) continue;
    sampledAt = performance.now();
    peak = Math.max(peak, await worker.call("rssBytes", undefined));
  }
  if (read < LARGE_CHUNKS * LARGE_CHUNK_BYTES) throw new Error(`${url} sent ${read} bytes`);
  return { growth: (peak - before.rssBytes) / MIB, megabytes: read / 1_000_000 };
}

async function largeStream(ours: Server, piped: Server, nextToken: () => Promise<string>): Promise<Figure> {
  await setChatScript({
    otherwise: { load: { chunks: LARGE_CHUNKS, bytesPerChunk: LARGE_CHUNK_BYTES } },
    pace: { firstChunkMs: 0, chunkMs: 0 },
  });
  const through = await growthMb(ours, await nextToken());
  const past = await growthMb(piped, await nextToken());
  return {
    figure: `chat: growth of memory over ${digits(through.megabytes)} MB to a slow client, at most`,
    ours: `${digits(through.growth)} MiB`,
    baseline: `${digits(past.growth)} MiB`,
    limit: `${MAX_GROWTH_MB} MiB`,
    met: through.growth <= MAX_GROWTH_MB,
  };
}
