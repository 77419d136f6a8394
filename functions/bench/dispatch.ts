import { dispatchAtOnce } from "../test/support/dispatchAtOnce";
import { dispatchGate } from "./dispatchGate";
import { dispatchKills } from "./dispatchKills";
import { dispatchSweep } from "./dispatchSweep";
import { type Benchmark, digits, type Figure } from "./figure";

const CALLS = 500;
const PROCESSES = 10;

/** Ten processes are given the tasks of the same 500 due calls, each of them all, and sweep beside. */
const atOnce: Benchmark = {
  name: "dispatch",
  about: `${CALLS} due calls, ${PROCESSES} dispatchers at once on all of them`,
  async run() {
    const { dials, dialledTwice, placed, tasks, shares, seconds } = await dispatchAtOnce({
      calls: CALLS,
      processes: PROCESSES,
    });
    return [
      exact(`dials that Twilio counted, of ${CALLS} due calls`, dials, CALLS),
      exact("numbers dialled more than once", dialledTwice, 0),
      exact("scheduled calls at their end, with Twilio's call", placed, CALLS),
      { figure: `dispatch: tasks given to ${PROCESSES} processes, of ${CALLS} calls`, ours: digits(tasks) },
      {
        figure: "dispatch: calls dialled by a task, least and most of a process",
        ours: `${Math.min(...shares)} to ${Math.max(...shares)}`,
      },
      { figure: "dispatch: time", ours: `${digits(seconds, 1)} s` },
    ];
  },
};

function exact(figure: string, ours: number, wanted: number): Figure {
  return {
    figure: `dispatch: ${figure}`,
    ours: digits(ours),
    limit: `exactly ${digits(wanted)}`,
    met: ours === wanted,
  };
}

/** All that is measured of calls that are dialled at their time. */
export const dispatch: readonly Benchmark[] = [atOnce, dispatchKills, dispatchSweep, dispatchGate];
