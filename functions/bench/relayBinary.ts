import { type Benchmark, digits, type Figure, times } from "./figure";
import { type Round, relayRounds, SESSIONS } from "./relayRounds";
import { median } from "./statistics";
import { appendFrame, deltaFrameOf, speech } from "./workers/frames";

const MAX_CPU_RATIO = 1.3;
const MAX_TRAFFIC_RATIO = 0.7;
const DECODED_FRAMES = 20_000;
const DECODING_ROUNDS = 15;

const KINDS = ["bare", "ours", "binary"] as const;
type Kind = (typeof KINDS)[number];

/** What raw audio costs the relay, which has it in base64 on the model's side, and what it saves on the client's side. */
export const relayBinary: Benchmark = {
  name: "relay-binary",
  about: `raw audio through the relay, ${SESSIONS} sessions × 50 frames/s of 20 ms`,
  run: async () => [...figures(await relayRounds(KINDS)), decoding()],
};

function figures(rounds: Round<Kind>[]): Figure[] {
  const typical = (of: (round: Round<Kind>) => number) => median(rounds.map(of));
  const micros = (kind: Kind) =>
    `${digits(
      typical((round) => round[kind].micros),
      1,
    )} µs`;
  const bytes = (round: Round<Kind>, kind: Kind) => round[kind].clientBytes / round[kind].roundTrips;
  const cpu = typical(({ binary, bare }) => binary.micros / bare.micros);
  const traffic = typical((round) => bytes(round, "binary") / bytes(round, "ours"));
  return [
    {
      figure: "relay CPU a round trip of raw audio, against two bare sockets with base64",
      ours: micros("binary"),
      baseline: micros("bare"),
      ratio: times(cpu),
      limit: times(MAX_CPU_RATIO),
      met: cpu <= MAX_CPU_RATIO,
    },
    {
      figure: "traffic of a client a round trip, raw audio against base64",
      ours: `${digits(typical((round) => bytes(round, "binary")))} B`,
      baseline: `${digits(typical((round) => bytes(round, "ours")))} B`,
      ratio: times(traffic),
      limit: times(MAX_TRAFFIC_RATIO),
      met: traffic <= MAX_TRAFFIC_RATIO,
    },
  ];
}

/** What the thread of a client needs to have the samples of a frame in its hands. */
function decoding(): Figure {
  const audio = speech();
  const event = deltaFrameOf(appendFrame(audio)).toString();
  const frame = Uint8Array.from(audio).buffer;
  const fromEvent = () => {
    const { delta } = JSON.parse(event) as { delta: string };
    const bytes = Buffer.from(delta, "base64");
    return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  };
  const fromFrame = () => new Int16Array(frame);
  const rounds = Array.from({ length: DECODING_ROUNDS }, () => {
    const base64 = nanosEach(fromEvent);
    const raw = nanosEach(fromFrame);
    return { base64, raw, ratio: raw / base64 };
  });
  const nanos = (kind: "base64" | "raw") => `${digits(median(rounds.map((round) => round[kind])))} ns`;
  const ratio = median(rounds.map((round) => round.ratio));
  return {
    figure: "decoding a frame on the client's thread, raw audio against base64",
    ours: nanos("raw"),
    baseline: nanos("base64"),
    ratio: times(ratio),
    limit: "< 1.00×",
    met: ratio < 1,
  };
}

function nanosEach(decode: () => Int16Array): number {
  const start = process.hrtime.bigint();
  let samples = 0;
  for (let frame = 0; frame < DECODED_FRAMES; frame += 1) samples += decode().length;
  if (samples === 0) throw new Error("Nothing was decoded.");
  return Number(process.hrtime.bigint() - start) / DECODED_FRAMES;
}
