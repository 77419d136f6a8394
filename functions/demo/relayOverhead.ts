/** One direction's times of forwarding, as the relay counts them. Milliseconds; undefined where nothing was counted. */
export interface Forwarding {
  frames: number;
  p50Ms: number | undefined;
  p99Ms: number | undefined;
}

/** How long the relay takes from a frame's receipt to its being written to the other side. */
export interface RelayOverhead {
  toModel: Forwarding;
  toClient: Forwarding;
}

const HISTOGRAM = "voice_relay_forward_seconds";

/** Reads the relay's own histogram. */
export async function readOverhead(relayHttpUrl: string): Promise<RelayOverhead> {
  const response = await fetch(`${relayHttpUrl}/metrics`, { signal: AbortSignal.timeout(5_000) });
  const metrics = await response.text();
  return { toModel: forwarding(metrics, "to_model"), toClient: forwarding(metrics, "to_client") };
}

/** A bucket of a Prometheus histogram: how many took at most so long. */
export interface Bucket {
  atMostSeconds: number;
  count: number;
}

/** The times of one direction in the text that Prometheus reads. */
export function forwarding(metrics: string, direction: string): Forwarding {
  const buckets = readBuckets(metrics, direction);
  const milliseconds = (quantile: number) => {
    const seconds = estimateQuantile(buckets, quantile);
    return seconds === undefined ? undefined : seconds * 1_000;
  };
  return { frames: buckets.at(-1)?.count ?? 0, p50Ms: milliseconds(0.5), p99Ms: milliseconds(0.99) };
}

// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
function readBuckets(metrics: string, direction: string): Bucket[] {
  return metrics.split("\n").flatMap((line) => {
    const [, labels, count] = new RegExp(`^${HISTOGRAM}_bucket\\{(.*)\\} (\\S+)$`).exec(line) ?? [];
    if (!labels?.includes(`direction="${direction}"`)) return [];
    const bound = /le="([^"]+)"/.exec(labels)?.[1];
    return [
      { atMostSeconds: bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound), count: Number(count) },
    ];
  });
}

/**
 * A quantile as Prometheus estimates it: linear within its bucket; beyond the last finite bound, that bound.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function estimateQuantile(buckets: readonly Bucket[], quantile: number): number | undefined {
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return undefined;
  const rank = quantile * total;
  let lower: Bucket = { atMostSeconds: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank) {
      if (bucket.atMostSeconds === Number.POSITIVE_INFINITY) return lower.atMostSeconds;
      const share = (rank - lower.count) / (bucket.count - lower.count);
      return lower.atMostSeconds + share * (bucket.atMostSeconds - lower.atMostSeconds);
    }
    lower = bucket;
  }
  return lower.atMostSeconds;
}
