import { setTimeout as delay } from "node:timers/promises";

const GC_ROUNDS = 8;
const GC_PAUSE_MS = 150;

/** What every relay under test can tell of its own process. */
export const measurable = {
  /** CPU time used so far by all of its threads, in µs. */
  cpuMicroseconds(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },

  /** Memory that it holds at this moment, garbage included. */
  rssBytes(): number {
    return process.memoryUsage.rss();
  },

  /** Memory that it holds once all garbage is collected. */
  async memory(): Promise<{ rssBytes: number; heapBytes: number }> {
    const seen = [];
    for (let round = 0; round < GC_ROUNDS; round += 1) {
      global.gc?.();
      await delay(GC_PAUSE_MS);
      seen.push(process.memoryUsage());
    }
    return {
      // Pages go back to the system some time after the collection.
      rssBytes: Math.min(...seen.map(({ rss }) => rss)),
      heapBytes: Math.min(...seen.map(({ heapUsed, external }) => heapUsed + external)),
    };
  },
};

/** How every relay under test is spoken to. */
export type RelayApi = typeof measurable & {
  /** @returns `ws://127.0.0.1:port` */
  listen(input: { upstreamUrl: string }): Promise<string>;
};

/** How every server of starts with Vapi under test is spoken to. */
export type VapiServerApi = ChatServerApi;

/** How every server of chats under test is spoken to. */
export type ChatServerApi = typeof measurable & {
  /** @returns the address to post to */
  listen(input: undefined): Promise<string>;
};
