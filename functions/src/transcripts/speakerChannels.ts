import type { CommonWord } from "./commonWords";
import { isNear, type RecordingClock } from "./recordingClock";
import type { RelayTurn } from "./sources";
import type { Utterance } from "./timedWords";

type Role = RelayTurn["role"];

/** Who is on which channel of a recording. */
export interface SpeakerChannels {
  /** Both speakers are on the one channel that there is. */
  isMixed: boolean;
  /** Who is on a channel; of a mixed one, whose a sentence is that the relay does not know. */
  roleOn(channel: number): Role;
}

/** Words that both sources have count for a channel where they were said this close together. */
const NEAR_SECONDS = 2;

/**
 * Finds the assistant's channel: the one whose words are most the assistant's, as the relay has them. Without a word that
 * tells, it is the last: a recording of one call has the person on the phone first.
 * @param agentChannel the assistant's channel, where it is known
 */
export function speakerChannels(
  turns: readonly Utterance[],
  sentences: readonly Utterance[],
  clock: RecordingClock,
  common: readonly CommonWord[],
  agentChannel?: number,
): SpeakerChannels {
  // How much of what is said on a channel is the assistant's, and not the user's.
  const leaning = new Map<unknown, number>(sentences.map(({ from }) => [from, 0]));
  for (const one of common) {
    if (!isNear(clock, one, NEAR_SECONDS)) continue;
    const channel = sentences[one.sentence]?.from;
    const weight = turns[one.turn]?.from === "assistant" ? one.weight : -one.weight;
    leaning.set(channel, (leaning.get(channel) ?? 0) + weight);
  }
  const isMixed = leaning.size < 2 && agentChannel === undefined;
  const found = agentChannel ?? mostLeaning([...leaning]);
  // What the assistant says the relay knows: whoever is not known is the other.
  return { isMixed, roleOn: (channel) => (channel === found && !isMixed ? "assistant" : "user") };
}

function mostLeaning(leaning: [channel: unknown, weight: number][]): unknown {
  const [most] = leaning.sort(([a, x], [b, y]) => y - x || Number(b) - Number(a));
  return most?.[0];
}
