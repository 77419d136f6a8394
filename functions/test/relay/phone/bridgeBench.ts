import { PhoneBridge } from "../../../src/relay/phone/bridge";
import type { BridgeCommand, BridgeEvent, ClientEvent } from "../../../src/relay/phone/bridgeEvents";
import { type ServerEvent, serverEvent } from "../../../src/relay/serverEvents";

/** µ-law, base64, as the sockets carry it. */
export function muLaw(ms: number, byte = 0x7f): Buffer {
  return Buffer.from(Buffer.alloc(ms * 8, byte).toString("base64"), "latin1");
}

export const PROMPTS = {
  session: "Be brief.",
  resume: "Go on.",
  farewell: {
    spent: "Say that time is up.",
    voicemail: "Leave a message.",
    assistant: "Say goodbye.",
    transferred: "Say that they are connected.",
  },
};

/** A bridge under test, with both of its sides played by hand and what it has said so far. */
export class BridgeBench {
  now = 1_000_000;
  readonly said: BridgeCommand[] = [];
  readonly bridge: PhoneBridge;
  #responses = 0;

  constructor(options: { isResumed?: boolean; canTransfer?: boolean } = {}) {
    this.bridge = new PhoneBridge({
      prompts: PROMPTS,
      isResumed: false,
      canTransfer: true,
      serverTools: new Set(["look_up"]),
      now: this.now,
      ...options,
    });
  }

  /** One whose greeting has been asked for, created, said and heard. */
  static greeted(options: { isResumed?: boolean; canTransfer?: boolean } = {}): BridgeBench {
    const bench = new BridgeBench(options);
    bench.start();
    const greeting = bench.created();
    bench.speak(greeting, "greeting", 300);
    bench.done(greeting, [message("greeting")]);
    bench.play();
    bench.forget();
    return bench;
  }

  start(): BridgeCommand[] {
    return [...this.tell({ type: "started" }), ...this.model({ type: "session.updated" })];
  }

  tell(event: BridgeEvent): BridgeCommand[] {
    const commands = this.bridge.handle(event);
    this.said.push(...commands);
    return commands;
  }

  model(event: object): BridgeCommand[] {
    return this.tell({ type: "model", event: serverEvent.parse(event) as ServerEvent });
  }

  /** Lets time pass in steps of 250 ms, as the relay does. */
  pass(ms: number): BridgeCommand[] {
    const commands: BridgeCommand[] = [];
    for (const until = this.now + ms; this.now < until; ) {
      this.now += Math.min(250, until - this.now);
      commands.push(...this.tell({ type: "tick", now: this.now }));
    }
    return commands;
  }

  /** The same, while the caller's media go on. */
  passTalking(ms: number): BridgeCommand[] {
    const commands: BridgeCommand[] = [];
    for (let passed = 0; passed < ms; passed += 250) {
      this.tell({ type: "media", payload: muLaw(20) });
      commands.push(...this.pass(250));
    }
    return commands;
  }

  /** A response begins: the one that was asked for last, or one of the model's own accord. */
  created(ofItsOwn = false): string {
    this.#responses += 1;
    const id = `resp_${this.#responses}`;
    const request = ofItsOwn ? undefined : this.toModel("response.create").at(-1)?.response.metadata;
    this.model({ type: "response.created", response: { id, metadata: request ?? null } });
    return id;
  }

  speak(responseId: string, itemId: string, ms: number): BridgeCommand[] {
    return this.tell({ type: "audio", responseId, itemId, payload: muLaw(ms) });
  }

  done(responseId: string, output: object[] = [], status = "completed"): BridgeCommand[] {
    return this.model({ type: "response.done", response: { id: responseId, status, output } });
  }

  /** The phone has played as many chunks as given, of those that were not played or cleared; all where left out. */
  play(chunks = Number.POSITIVE_INFINITY): BridgeCommand[] {
    return this.marks()
      .slice(0, chunks)
      .flatMap((name) => {
        this.#played.add(name);
        return this.tell({ type: "mark", name });
      });
  }

  readonly #played = new Set<string>();

  /** Marks that were sent and have not come back, since the last clear. */
  marks(): string[] {
    const cleared = this.said.findLastIndex(({ type }) => type === "clear");
    return this.said
      .slice(cleared + 1)
      .flatMap((command) => (command.type === "sendMark" ? [command.name] : []))
      .filter((name) => !this.#played.has(name));
  }

  /** The events of a type that the model was sent. */
  toModel<Type extends ClientEvent["type"]>(type: Type): Extract<ClientEvent, { type: Type }>[] {
    return eventsOf(this.said, type);
  }

  types(): string[] {
    return this.said.map(typeOf);
  }

  forget(): void {
    this.said.length = 0;
    this.#played.clear();
  }
}

export function eventsOf<Type extends ClientEvent["type"]>(commands: BridgeCommand[], type: Type) {
  return commands
    .flatMap((command) => (command.type === "toModel" ? [command.event] : []))
    .filter((event): event is Extract<ClientEvent, { type: Type }> => event.type === type);
}

/** What a command is, in a word; of an event for the model its type. */
export function typeOf(command: BridgeCommand): string {
  return command.type === "toModel" ? command.event.type : command.type;
}

export function message(id: string, status = "completed"): object {
  return { id, type: "message", role: "assistant", status, content: [] };
}

export function toolCall(name: string, callId = `call_${name}`, status = "completed"): object {
  return { id: `item_${callId}`, type: "function_call", status, name, call_id: callId, arguments: "{}" };
}

export const SPEECH_STARTED = { type: "input_audio_buffer.speech_started", item_id: "user_1" };
export const SPEECH_STOPPED = { type: "input_audio_buffer.speech_stopped", item_id: "user_1" };
