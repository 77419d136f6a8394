import { type Benchmark, digits, type Figure, times } from "./figure";
import { type PhoneRelay, type PhoneRelayKind, withPhoneRelays } from "./phoneRelays";
import { inTurns } from "./relayRounds";
import { median } from "./statistics";
import type { Worker } from "./worker";
import type { PhoneLoadApi } from "./workers/phoneLoad";
import type { Difference } from "./workers/sound";

const CALLS = 100;
const WARM_UP_SECONDS = 4;
const WINDOW_SECONDS = 0.5;
const ROUNDS = 60;
const MAX_MS_A_CALL_SECOND = 3;
const MAX_CPU_RATIO = 1.3;

const BARGE_IN_WARM_UPS = 20;
const BARGE_INS = 200;
const MAX_BARGE_IN_MS = 5;

const LONG_CALL_SECONDS = 60;
/** As fast as a caller may send for a minute. */
const LONG_CALL_PACE = 4;

/** CPU time of a relay in ms, for each second of a call that speaks and hears at once. */
type Round = Record<PhoneRelayKind, number>;
type Load = Worker<PhoneLoadApi>;

/**
 * What a phone call costs, how soon the model falls silent when the caller speaks, and whether all that is said arrives.
 * The model sends 100 ms of audio an event; all audio is compared with what was said, to the byte.
 */
export const relayPhone: Benchmark = {
  name: "relay-phone",
  about: `${CALLS} phone calls, µ-law, 20 ms a message from Twilio and 100 ms an event of the model`,
  run: () =>
    withPhoneRelays(CALLS, async (relays, load) => {
      const rounds = await cpuRounds(relays, load);
      const bargeIn = await reactions(load, "ours");
      const audio = await reactions(load, "bare");
      const longCall = { group: "ours", calls: 1, seconds: LONG_CALL_SECONDS, pace: LONG_CALL_PACE };
      const difference = await load.call("speak", longCall);
      return [...cpuFigures(rounds), bargeInFigure(bargeIn, audio), lossFigure(difference)];
    }),
};

/** The relays take turns, so that what else the machine does meets them alike: they are compared within a round. */
async function cpuRounds(relays: PhoneRelay[], load: Load): Promise<Round[]> {
  for (const relay of relays) await cpuMs(relay, load, WARM_UP_SECONDS);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await inTurns(relays, round, (relay) => cpuMs(relay, load, WINDOW_SECONDS)));
  }
  return rounds;
}

async function cpuMs({ kind, worker }: PhoneRelay, load: Load, seconds: number): Promise<number> {
  const before = await worker.call("cpuMicroseconds", undefined);
  const difference = await load.call("speak", { group: kind, calls: CALLS, seconds, pace: 1 });
  const after = await worker.call("cpuMicroseconds", undefined);
  if (!isNone(difference)) throw new Error(`${kind}: ${shown(difference)}`);
  return (after - before) / 1_000 / (CALLS * seconds);
}

/** From the model's notice to the clear, or from its audio to Twilio's, medians in ms. */
async function reactions(load: Load, group: PhoneRelayKind): Promise<number> {
  const to = group === "ours" ? "speech" : "audio";
  await load.call("react", { group, times: BARGE_IN_WARM_UPS, to });
  return median(await load.call("react", { group, times: BARGE_INS, to }));
}

function cpuFigures(rounds: Round[]): Figure[] {
  // A median would leave out the windows in which the whole heap was collected.
  const mean = rounds.reduce((sum, round) => sum + round.ours, 0) / rounds.length;
  const ours = median(rounds.map((round) => round.ours));
  const bare = median(rounds.map((round) => round.bare));
  const ratio = median(rounds.map((round) => round.ours / round.bare));
  return [
    {
      figure: `phone CPU a second of a call, of ${CALLS} at once, mean`,
      ours: `${digits(mean, 2)} ms`,
      limit: `${digits(MAX_MS_A_CALL_SECOND, 2)} ms`,
      met: mean <= MAX_MS_A_CALL_SECOND,
    },
    {
      figure: "  against passing the audio on and nothing else, median",
      ours: `${digits(ours, 2)} ms`,
      baseline: `${digits(bare, 2)} ms`,
      ratio: times(ratio),
      limit: times(MAX_CPU_RATIO),
      met: ratio <= MAX_CPU_RATIO,
    },
  ];
}

function bargeInFigure(bargeIn: number, audio: number): Figure {
  return {
    figure: `barge-in: speech noticed → clear, ${CALLS} callers speaking, median of ${BARGE_INS}; against passing audio on`,
    ours: `${digits(bargeIn, 2)} ms`,
    baseline: `${digits(audio, 2)} ms`,
    ratio: times(bargeIn / audio),
    limit: `${MAX_BARGE_IN_MS} ms`,
    met: bargeIn <= MAX_BARGE_IN_MS,
  };
}

function lossFigure(difference: Difference): Figure {
  return {
    figure: `phone: samples not heard as said, ${LONG_CALL_SECONDS} s call at ${LONG_CALL_PACE}× pace, both ways`,
    ours: shown(difference),
    limit: "none",
    met: isNone(difference),
  };
}

function isNone({ lost, doubled, foreign }: Difference): boolean {
  return lost + doubled + foreign === 0;
}

function shown({ lost, doubled, foreign }: Difference): string {
  return `${digits(lost)} lost, ${digits(doubled)} doubled, ${digits(foreign)} foreign`;
}
