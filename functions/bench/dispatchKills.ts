import { type KilledDispatchers, type KillWindow, killDispatchers } from "../test/support/dispatchKills";
import { type Benchmark, digits, type Figure } from "./figure";

const KILLS = 50;

/** A dispatcher is killed at random moments while it dials, and another takes over; then time passes. */
export const dispatchKills: Benchmark = {
  name: "dispatch-kills",
  about: `${KILLS} kills of a dispatcher at random moments, and what has become of its calls`,
  async run() {
    const killed = await killDispatchers({ kills: KILLS, moment: "any" });
    return [
      hits(killed, "before the dial", "between claim and dial"),
      hits(killed, "before storing", "between dial and storing it"),
      {
        figure: "kills: that hit a call after its dial was stored",
        ours: digits(killed.hits["before the end"]),
      },
      { figure: "kills: that hit no call", ours: digits(killed.missed) },
      none("calls dialled more than once", killed.dialledTwice),
      none("calls left behind, or not as Twilio has them", killed.unaccounted.length),
      none("USD still set aside for calls", killed.reservedUsd),
      {
        figure: "kills: calls placed, once each",
        ours: digits(killed.placed),
        baseline: digits(killed.calls),
      },
      { figure: "kills: calls never dialled, told as unknown", ours: digits(killed.unknown) },
    ];
  },
};

/** A window that no kill has hit proves nothing. */
function hits({ hits: counted, kills }: KilledDispatchers, window: KillWindow, called: string): Figure {
  return {
    figure: `kills: of ${kills}, that hit a call ${called}`,
    ours: digits(counted[window]),
    limit: "≥ 1",
    met: counted[window] > 0,
  };
}

function none(figure: string, count: number): Figure {
  return { figure: `kills: ${figure}`, ours: digits(count), limit: "0", met: count === 0 };
}
