import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Usage } from "../voice/schemas";
import { FrameCount } from "./frameCount";
import type { UpstreamFailure } from "./upstreamFailure";

const SAMPLE_EVERY = 128;

/** The kinds of tokens, as labels. Cached ones are part of those that went in. */
const TOKEN_KINDS = {
  textIn: "text_in",
  textCachedIn: "text_cached_in",
  textOut: "text_out",
  audioIn: "audio_in",
  audioCachedIn: "audio_cached_in",
  audioOut: "audio_out",
} as const satisfies Partial<Record<keyof Usage, string>>;

/**
 * What an instance tells of itself at `/metrics`, in Prometheus' text format. Counts alone: no user, no session, no key,
 * no text; each label has a known set of values.
 */
export class RelayMetrics {
  readonly registry = new Registry();
  readonly connections = new Gauge({
    name: "voice_relay_connections",
    help: "Sockets of clients open now",
    registers: [this.registry],
  });
  readonly sessions = new Gauge({
    name: "voice_relay_sessions",
    help: "Sessions held now",
    registers: [this.registry],
  });
  readonly calls = new Gauge({
    name: "voice_relay_calls",
    help: "Phone calls among them",
    registers: [this.registry],
  });
  readonly sidebands = new Gauge({
    name: "voice_relay_sidebands",
    help: "WebRTC calls among them, of which this instance holds the server's end",
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
  readonly #lostUpstreams = new Counter({
    name: "voice_relay_upstream_lost_total",
    help: "Connections to the model that failed during a session, by reason",
    labelNames: ["reason"],
    registers: [this.registry],
  });
  readonly modelErrors = new Counter({
    name: "voice_relay_model_errors_total",
    help: "Failures that the model reported in events, by code; other for codes that are not known",
    labelNames: ["code"],
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
  readonly #tokens = new Counter({
    name: "voice_relay_tokens_total",
    help: "Tokens that the model charged for, by kind; cached ones count in both kinds",
    labelNames: ["kind"],
    registers: [this.registry],
  });
  readonly #cost = new Counter({
    name: "voice_relay_cost_usd_total",
    help: "What these tokens cost in USD, of models that have a price",
    registers: [this.registry],
  });
  readonly #answers = new Histogram({
    name: "voice_relay_answer_seconds",
    help: "From the model's notice that the user has stopped speaking to the first audio of the answer",
    buckets: [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10],
    registers: [this.registry],
  });
  readonly #bargeIns = new Histogram({
    name: "voice_relay_barge_in_seconds",
    help: "From the model's notice that the caller speaks to the clear that silences the phone",
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1],
    registers: [this.registry],
  });
  readonly #forward = new Histogram({
    name: "voice_relay_forward_seconds",
    help: "From the receipt of a frame to its being written to the other side, of one frame in 128",
    labelNames: ["direction"],
    buckets: [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1],
    registers: [this.registry],
  });
  readonly toModel = new ForwardTimes(this.#forward.labels("to_model"));
  readonly toClient = new ForwardTimes(this.#forward.labels("to_client"));
  /** Frames received from clients. */
  readonly received = new FrameCount();
  /** Frames sent to clients. */
  readonly sent = new FrameCount();

  constructor() {
    const directions = { to_model: this.received, to_client: this.sent };
    const frames = { text: "textFrames", binary: "binaryFrames" } as const;
    const bytes = { text: "textBytes", binary: "binaryBytes" } as const;
    this.#collect("voice_relay_frames_total", "Frames from and to clients", directions, frames);
    this.#collect("voice_relay_bytes_total", "Bytes of these frames, without their heads", directions, bytes);
  }

  upstreamLost(reason: UpstreamFailure): void {
    this.#lostUpstreams.inc({ reason });
  }

  answered(delayMs: number): void {
    this.#answers.observe(delayMs / 1_000);
  }

  bargedIn(tookMs: number): void {
    this.#bargeIns.observe(tookMs / 1_000);
  }

  /** A response was charged for. */
  used(usage: Omit<Usage, "responses">): void {
    for (const [field, kind] of Object.entries(TOKEN_KINDS)) {
      this.#tokens.inc({ kind }, usage[field as keyof typeof TOKEN_KINDS]);
    }
    if (usage.costUsd !== null) this.#cost.inc(usage.costUsd);
  }

  /** A counter whose values are numbers of ours, read when it is asked for. */
  #collect(
    name: string,
    help: string,
    directions: Record<string, FrameCount>,
    kinds: Record<string, keyof FrameCount>,
  ): void {
    new Counter({
      name,
      help: `${help}, by direction and kind`,
      labelNames: ["direction", "kind"],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [direction, count] of Object.entries(directions))
          for (const [kind, field] of Object.entries(kinds))
            this.inc({ direction, kind }, Number(count[field]));
      },
    });
  }
}

/** How long frames of one direction take; one in 128 is timed, for timing each would cost as much as forwarding it. */
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
