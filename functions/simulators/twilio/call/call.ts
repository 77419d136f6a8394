import type { Delivery } from "../delivery.js";
import { newSid } from "../ids.js";
import type { Script } from "../script.js";
import { CallAudio } from "../stream/callAudio.js";
import { Caller } from "../stream/caller.js";
import type { MediaStream } from "../stream/mediaStream.js";
import type { CallRequest, StatusEvent, TwimlSource } from "./callRequest.js";

export type CallStatus =
  | "queued"
  | "initiated"
  | "ringing"
  | "in-progress"
  | "completed"
  | "busy"
  | "no-answer"
  | "failed"
  | "canceled";

export interface CallInput {
  request: CallRequest;
  script: Script;
  direction: "outbound-api" | "inbound" | "outbound-dial";
  /** The call whose `<Dial>` it is. */
  parentCallSid?: string;
  accountSid: string;
  /** The simulator's own address, which stands in for `https://api.twilio.com`. */
  apiUrl: string;
}

/** A verb that was executed, and when; a noun's attributes are its verb's `noun`. */
export interface VerbView {
  verb: string;
  at: number;
  attributes: Record<string, string>;
  text: string;
  noun?: { name: string; attributes: Record<string, string>; text: string };
}

/** One call and all that happened in it; times are ms since the epoch. */
export class Call {
  readonly sid = newSid("CA");
  readonly createdAt = Date.now();
  readonly history: { status: CallStatus; at: number }[] = [];
  readonly documents: { url: string | null; status: number | null; body: string; at: number }[] = [];
  readonly verbs: VerbView[] = [];
  readonly errors: { code: number; message: string; at: number }[] = [];
  readonly deliveries: Delivery[] = [];
  readonly streams: MediaStream[] = [];
  readonly caller: Caller;
  audio: CallAudio | undefined;
  /** Status callbacks: those fired, and those held back until the end. */
  sequence = 0;
  readonly held: { event: StatusEvent; params: Record<string, string> }[] = [];
  status: CallStatus;
  dialledAt: number | undefined;
  answeredAt: number | undefined;
  endedAt: number | undefined;
  answeredBy: string | undefined;
  wavPath: string | undefined;
  private readonly end = new AbortController();
  private document = new AbortController();
  private redirection: TwimlSource | undefined;

  constructor(readonly input: CallInput) {
    this.status = input.direction === "inbound" ? "ringing" : "queued";
    this.history.push({ status: this.status, at: this.createdAt });
    this.caller = new Caller(input.script.caller.says);
    this.audio = input.script.keepAudio ? new CallAudio() : undefined;
  }

  get request(): CallRequest {
    return this.input.request;
  }

  get script(): Script {
    return this.input.script;
  }

  /** The other party's number. */
  get party(): string {
    return this.input.direction === "inbound" ? this.request.from : this.request.to;
  }

  /** Aborted when the call has ended. */
  get over(): AbortSignal {
    return this.end.signal;
  }

  move(status: CallStatus): void {
    const at = Date.now();
    this.status = status;
    this.history.push({ status, at });
    if (status === "initiated") this.dialledAt = at;
    if (status === "in-progress") this.answeredAt = at;
  }

  /** Ends everything that the call is waiting for. */
  close(): void {
    this.endedAt ??= Date.now();
    this.end.abort();
    this.document.abort();
  }

  /** The signal under which the next document runs: aborted by a redirection and by the end. */
  beginDocument(): AbortSignal {
    this.document = new AbortController();
    if (this.over.aborted || this.redirection) this.document.abort();
    return this.document.signal;
  }

  /** Leaves the document that runs for another one. */
  redirect(source: TwimlSource): void {
    this.redirection = source;
    this.document.abort();
  }

  takeRedirection(): TwimlSource | undefined {
    const taken = this.redirection;
    this.redirection = undefined;
    return taken;
  }

  fail(code: number, message: string): void {
    this.errors.push({ code, message, at: Date.now() });
  }

  /** Whole seconds between answer and end, as Twilio counts them; 0 for a call that was not answered. */
  get durationSeconds(): number {
    if (this.answeredAt === undefined || this.endedAt === undefined) return 0;
    return Math.ceil((this.endedAt - this.answeredAt) / 1_000);
  }
}
