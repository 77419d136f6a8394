import type { ModelItem, ServerEvent } from "../serverEvents";
import { type CalledTool, calledTools, toolOutputEvent } from "../toolCalls";
import type { BridgeCommand, BridgeEvent, HangUpReason } from "./bridgeEvents";
import { type Ending, Farewell } from "./farewell";
import { InboundAudio } from "./inboundAudio";
import { Keypad } from "./keypad";
import { audioBytes, chunksOf, silence } from "./muLaw";
import { type Cut, Playback } from "./playback";
import type { PhonePrompts } from "./prompts";
import { ResponseSequencer } from "./responseSequencer";
import { toolOutput } from "./tools";
import { phoneTurnDetection } from "./turnDetection";

/** A number that the caller presses is over when no other key comes for so long. */
const KEYPAD_PAUSE_MS = 2_000;
/** Of silence, from which the model learns that the caller has stopped. */
const PADDING = silence(1_000);

type EventOf<Type extends ServerEvent["type"]> = Extract<ServerEvent, { type: Type }>;

export interface BridgeOptions {
  prompts: PhonePrompts;
  /** The call was already under way and its line was lost for a moment. */
  isResumed: boolean;
  /** Whether there is a human to transfer the caller to. */
  canTransfer: boolean;
  /** The tools that the server runs, by name. */
  serverTools: ReadonlySet<string>;
  /** ms since the epoch */
  now: number;
}

/**
 * What happens between a phone and the model. Pure: it is told events and gives commands; sockets, clock and store are
 * with whoever asks it. Once it has said `hangUp` it says nothing more.
 */
export class PhoneBridge {
  readonly #playback = new Playback();
  readonly #responses = new ResponseSequencer();
  readonly #inbound: InboundAudio;
  readonly #keypad = new Keypad(KEYPAD_PAUSE_MS);
  readonly #answeredCalls = new Set<string>();
  #farewell: Farewell | undefined;
  #now: number;
  /** What has come from the caller so far, in bytes: the stream's own time. */
  #streamBytes = 0;
  #isStarted = false;
  #isReady = false;
  #isOver = false;
  /** Why the call is to end, where that was said before anything could be. */
  #isToClose: Ending | undefined;
  #commands: BridgeCommand[] = [];

  constructor(private readonly options: BridgeOptions) {
    this.#now = options.now;
    this.#inbound = new InboundAudio(options.now);
  }

  /** @returns what is to be done, in order */
  handle(event: BridgeEvent): BridgeCommand[] {
    if (this.#isOver) return [];
    this.#commands = [];
    this.#take(event);
    // Neither asks for anything that was not due before.
    if (event.type !== "media" && event.type !== "audio") this.#goOn();
    return this.#commands;
  }

  /** The stream is over: what was sent and not played is never heard. */
  finish(): BridgeCommand[] {
    this.#isOver = true;
    return this.#playback.cut(this.#streamBytes).map((cut) => ({ type: "cutOff", ...cut }));
  }

  #take(event: BridgeEvent): void {
    switch (event.type) {
      case "media":
        this.#streamBytes += audioBytes(event.payload);
        if (this.#inbound.media(event.payload)) this.#do({ type: "append", payload: event.payload });
        break;
      case "audio":
        this.#say(event);
        break;
      case "mark":
        this.#playback.marked(event.name, this.#streamBytes);
        break;
      case "started":
        if (!this.#isStarted) this.#begin("caller");
        break;
      case "dtmf":
        this.#pressed(this.#keypad.press(event.digit));
        break;
      case "model":
        this.#read(event.event);
        break;
      case "toolOutput":
        this.#do({ type: "toModel", event: toolOutputEvent(event.callId, event.output) });
        this.#responses.want({});
        break;
      case "close":
        this.#breakOff(event.reason);
        break;
      case "tick":
        this.#tick(event.now);
    }
  }

  #do(...commands: BridgeCommand[]): void {
    this.#commands.push(...commands);
  }

  #begin(side: "caller" | "model"): void {
    if (side === "caller") this.#isStarted = true;
    else {
      this.#isReady = true;
      for (const payload of this.#inbound.release()) this.#do({ type: "append", payload });
    }
    if (!this.#isStarted || !this.#isReady) return;
    if (this.#isToClose) {
      this.#close(this.#isToClose, []);
      return;
    }
    const { isResumed, prompts } = this.options;
    this.#responses.want(isResumed ? { instructions: prompts.resume } : {});
  }

  #tick(now: number): void {
    this.#now = now;
    this.#responses.tick(now);
    if (this.#isReady) this.#pressed(this.#keypad.tick(now));
    const gap = this.#inbound.tick(now);
    if (gap === "gap") this.#do({ type: "append", payload: PADDING });
    else if (gap === "lost") this.#hangUp("no_media");
  }

  #pressed(digits: string | undefined): void {
    if (digits === undefined || !this.#isReady || this.#farewell) return;
    const text = `[The caller pressed ${[...digits].join(" ")} on the keypad.]`;
    const item = { type: "message", role: "user", content: [{ type: "input_text", text }] };
    this.#do({ type: "toModel", event: { type: "conversation.item.create", item } });
    this.#responses.want({});
  }

  #say({ responseId, itemId, payload }: Extract<BridgeEvent, { type: "audio" }>): void {
    if (this.#responses.isCancelled(responseId) || this.#playback.isCut(itemId)) {
      // The model takes what it says for heard.
      const cut = this.#playback.cutItem(itemId, this.#streamBytes);
      if (cut) this.#truncate(cut);
      return;
    }
    this.#mark(this.#playback.markBefore(itemId));
    for (const chunk of chunksOf(payload)) {
      this.#do({ type: "sendMedia", payload: chunk });
      this.#mark(this.#playback.sent(itemId, audioBytes(chunk), this.#streamBytes));
    }
  }

  #mark(name: string | undefined): void {
    if (name !== undefined) this.#do({ type: "sendMark", name });
  }

  #read(event: ServerEvent): void {
    switch (event.type) {
      case "session.updated":
        if (!this.#isReady) this.#begin("model");
        break;
      case "input_audio_buffer.speech_started":
        this.#inbound.speechStarted();
        this.#responses.speechStarted();
        // Nobody is spoken to any more: the last words are said to their end.
        if (!this.#farewell) this.#bargeIn();
        break;
      case "input_audio_buffer.speech_stopped":
        this.#inbound.speechStopped();
        this.#responses.speechStopped(this.#now);
        break;
      case "response.created":
        this.#created(event);
        break;
      case "response.output_item.done":
        this.#playback.whole(event.item.id);
        this.#mark(this.#playback.mark());
        break;
      case "response.done":
        this.#done(event);
        break;
      case "error": {
        const { code, event_id } = event.error;
        this.#responses.failed(code ?? undefined, event_id ?? undefined, this.#now);
      }
    }
  }

  #bargeIn(): void {
    if (this.#playback.isSilent && !this.#responses.isGenerating) return;
    this.#do({ type: "clear" });
    this.#cancel();
    for (const cut of this.#playback.cut(this.#streamBytes)) this.#truncate(cut);
  }

  #cancel(): void {
    for (const response_id of this.#responses.cancel()) {
      this.#do({ type: "toModel", event: { type: "response.cancel", response_id } });
    }
  }

  #truncate({ itemId, heardMs }: Cut): void {
    const place = { item_id: itemId, content_index: 0, audio_end_ms: heardMs } as const;
    this.#do({ type: "toModel", event: { type: "conversation.item.truncate", ...place } });
    this.#do({ type: "cutOff", itemId, heardMs });
  }

  #created({ response }: EventOf<"response.created">): void {
    if (!response) return;
    if (this.#responses.created(response.id, response.metadata?.request)) this.#cancel();
  }

  #done({ response }: EventOf<"response.done">): void {
    const over = this.#responses.done(response.id);
    if (!over) return;
    const output = response.output ?? [];
    for (const item of output) this.#playback.whole(item.id);
    if (!this.#responses.isGenerating) this.#playback.allWhole();
    this.#mark(this.#playback.mark());
    if (over === "farewell" && this.#isSaid(response)) {
      this.#farewell?.said(this.#now, this.#playback.unplayedMs);
    }
    const isWhole = response.status !== "cancelled" && !this.#responses.isCancelled(response.id);
    for (const call of calledTools(output)) this.#answer(call, output, isWhole);
  }

  /** Whether the caller is sent anything of a response, and that to its end: the model may have failed at it. */
  #isSaid({ status, output = [] }: EventOf<"response.done">["response"]): boolean {
    return (
      status !== "failed" && status !== "cancelled" && output.some(({ id }) => this.#playback.wasSent(id))
    );
  }

  /** Each call gets its output, or the model would not know what became of it. */
  #answer(call: CalledTool, said: ModelItem[], isWhole: boolean): void {
    if (this.#answeredCalls.has(call.callId)) return;
    this.#answeredCalls.add(call.callId);
    const { canTransfer, serverTools } = this.options;
    if (serverTools.has(call.name)) {
      this.#do({ type: "runTool", call });
      return;
    }
    const { output, ends } = toolOutput(call, { canTransfer, isWhole });
    this.#do({ type: "toModel", event: toolOutputEvent(call.callId, output) });
    if (!ends) this.#responses.want({});
    else if (!this.#farewell) this.#close(ends, said);
  }

  #breakOff(reason: Ending): void {
    if (this.#farewell) return;
    if (!this.#isStarted || !this.#isReady) {
      this.#isToClose = reason;
      return;
    }
    this.#bargeIn();
    this.#close(reason, []);
  }

  #close(reason: Ending, said: ModelItem[]): void {
    this.#responses.close();
    // What the caller says now is still written down, but nothing is answered.
    const session = { type: "realtime", audio: { input: { turn_detection: phoneTurnDetection(false) } } };
    this.#do({ type: "toModel", event: { type: "session.update", session } });
    const hasSpoken = said.some(({ id }) => this.#playback.wasSent(id));
    this.#farewell = new Farewell(reason, hasSpoken, this.#now, this.#playback.unplayedMs);
    if (!hasSpoken) {
      this.#responses.want({ instructions: this.options.prompts.farewell[reason], isFarewell: true });
    }
  }

  /** Does what was waiting and is due now. */
  #goOn(): void {
    if (this.#isOver) return;
    const event = this.#responses.take(this.#now);
    if (event) this.#do({ type: "toModel", event });
    if (!this.#farewell) return;
    const isSaid = this.#responses.isIdle && this.#playback.isSilent;
    if (isSaid || this.#farewell.isOverdue(this.#now)) this.#hangUp(this.#farewell.outcome);
  }

  #hangUp(reason: HangUpReason): void {
    this.#isOver = true;
    this.#do({ type: "hangUp", reason });
  }
}
