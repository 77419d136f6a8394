import type { Recording } from "../call/recordings.js";
import type { Delivery } from "../delivery.js";
import { newSid } from "../ids.js";
import type { IntelligenceScript } from "./script.js";
import type { Sentence } from "./sentence.js";

export type TranscriptStatus = "queued" | "in-progress" | "completed" | "failed";

/** What a transcript is created with. */
export interface TranscriptInput {
  accountSid: string;
  serviceSid: string;
  recording: Recording;
  /** As the application named them; Twilio's own roles where it named none. */
  participants: Record<string, unknown>[];
  customerKey: string | null;
  /** Ms since the epoch. */
  mediaStartTime: number | null;
  script: IntelligenceScript;
}

/** One transcript of a recording and all that happened to it; times are ms since the epoch. */
export class Transcript {
  readonly sid = newSid("GT");
  readonly createdAt = Date.now();
  readonly history: { status: TranscriptStatus; at: number }[] = [{ status: "queued", at: this.createdAt }];
  readonly deliveries: Delivery<Record<string, unknown>>[] = [];
  readonly errors: { code: number; message: string; at: number }[] = [];
  sentences: Sentence[] = [];
  status: TranscriptStatus = "queued";
  deletedAt: number | undefined;
  private readonly deletion = new AbortController();

  constructor(readonly input: TranscriptInput) {}

  /** Aborted when it is deleted. */
  get deleted(): AbortSignal {
    return this.deletion.signal;
  }

  get updatedAt(): number {
    return this.history.at(-1)?.at ?? this.createdAt;
  }

  get isDone(): boolean {
    return this.status === "completed" || this.status === "failed";
  }

  move(status: TranscriptStatus): void {
    this.status = status;
    this.history.push({ status, at: Date.now() });
  }

  fail(code: number, message: string): void {
    this.errors.push({ code, message, at: Date.now() });
  }

  delete(): void {
    this.deletedAt = Date.now();
    this.deletion.abort();
  }
}
