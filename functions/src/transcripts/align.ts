import { alignWords } from "./alignWords";
import { commonWords } from "./commonWords";
import { linksByTime } from "./linkByTime";
import { type Link, linksOf } from "./links";
import { fitClock, onRecording, type RecordingClock } from "./recordingClock";
import { type SpeakerChannels, speakerChannels } from "./speakerChannels";
import type { Utterance } from "./timedWords";
import { partOf, Vocabulary } from "./wordRow";

/** How a recording's sentences belong to the turns that the relay recorded. */
export interface Alignment {
  clock: RecordingClock;
  channels: SpeakerChannels;
  /** By turn, then by place in it. A turn may have many, and so may a sentence; either may have none. */
  links: Link[];
}

/**
 * Aligns turns with sentences of the same conversation, by what was said and when: sentences may be missing, run together,
 * torn apart, misheard, and on a clock of their own. Deterministic. Time and memory grow with the words of both and with
 * how many are said within seconds of each other, and are bounded.
 * @param turns by the time at which they began
 * @param sentences likewise
 * @param agentChannel the assistant's channel, where it is known; else it is found
 */
export function align(
  turns: readonly Utterance[],
  sentences: readonly Utterance[],
  agentChannel?: number,
): Alignment {
  const vocabulary = new Vocabulary();
  const relay = vocabulary.row(turns);
  const recording = vocabulary.row(sentences);
  const weights = vocabulary.weights();
  const common = commonWords(relay, recording);
  const clock = fitClock(common);
  const channels = speakerChannels(turns, sentences, clock, common, agentChannel);
  const byWords = channels.isMixed
    ? aligned(
        () => true,
        () => true,
      )
    : (["user", "assistant"] as const).flatMap((role) =>
        aligned(
          (turn) => turns[turn]?.from === role,
          (sentence) => channels.roleOn(sentences[sentence]?.from as number) === role,
        ),
      );
  const isSpeaker = ({ from }: Utterance, channel: Utterance["from"]) =>
    channels.isMixed || channels.roleOn(channel as number) === from;
  const links = [...byWords, ...linksByTime(turns, sentences, byWords, clock, isSpeaker)];
  return { clock, channels, links: links.sort(byPlace) };

  function aligned(ofTurn: (turn: number) => boolean, ofSentence: (sentence: number) => boolean): Link[] {
    const said = partOf(relay, ofTurn, (seconds) => onRecording(clock, seconds));
    const heard = partOf(recording, ofSentence);
    return linksOf(alignWords(said, heard, weights), said, heard, turns, sentences);
  }
}

function byPlace(a: Link, b: Link): number {
  return a.turn - b.turn || a.turnWords.first - b.turnWords.first || a.sentence - b.sentence;
}
