import { Counter, Gauge, Histogram, Registry } from "prom-client";

const SAMPLE_EVERY = 32;

/** What an instance tells of itself at `/metrics`, in Prometheus' text format. Counts alone: no user, no session. */
export class RelayMetrics {
  readonly registry = new Registry();
  readonly connections = new Gauge({
    name: "voice_relay_connections",
    help: "Sockets of clients open now",
    registers: [this.registry],
  });
  readonly closes = new Counter({
    name: "voice_relay_closes_total",
    help: "Sockets of clients that came to an end, by the close code",
    labelNames: ["code"],
    registers: [this.registry],
  });
  readonly upstreamFailures = new Counter({
    name: "voice_relay_upstream_failures_total",
    help: "Failed handshakes with the model, by reason",
    labelNames: ["reason"],
    registers: [this.registry],
  });
  readonly refusedEvents = new Counter({
    name: "voice_relay_refused_events_total",
    help: "Events of clients that the policy refused, by code",
    labelNames: ["code"],
    registers: [this.registry],
  });
  readonly turnsSaved = new Counter({
    name: "voice_relay_turns_saved_total",
    help: "Turns stored",
    registers: [this.registry],
  });
  readonly #forward = new Histogram({
    name: "voice_relay_forward_seconds",
    help: "From the receipt of a frame to its being written to the other side, of one frame in 32",
    labelNames: ["direction"],
    buckets: [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1],
    registers: [this.registry],
  });
  readonly toModel = new ForwardTimes(this.#forward.labels("to_model"));
  readonly toClient = new ForwardTimes(this.#forward.labels("to_client"));
}

/** How long frames of one direction take; one in 32 is timed, for timing each would cost as much as forwarding it. */
class ForwardTimes {
  #frames = 0;

  constructor(private readonly histogram: Histogram.Internal<string>) {}

  /** When a frame came that is to be timed. */
  frameCame(): number | undefined {
    this.#frames += 1;
    return this.#frames % SAMPLE_EVERY === 0 ? performance.now() : undefined;
  }

  /** @param cameAt what `frameCame` gave */
  frameWritten(cameAt: number | undefined): void {
    if (cameAt !== undefined) this.histogram.observe((performance.now() - cameAt) / 1_000);
  }
}
