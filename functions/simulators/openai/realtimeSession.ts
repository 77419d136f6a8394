import type { RealtimeServerEvent } from "openai/resources/realtime/realtime";
import { appendAudio, clearAudio, commitAudio, hearAudio, idleTimedOut } from "./audioEvents.js";
import type { Playout } from "./calls/playout.js";
import { type ClientEvent, type ClientEventOf, checkClientEvent, parseJsonObject } from "./clientEvents.js";
import { Conversation } from "./conversation.js";
import { type EventLane, EventLog } from "./eventLog.js";
import { newId } from "./ids.js";
import { InputAudio } from "./inputAudio.js";
import { InvalidRequest } from "./invalidRequest.js";
import { createItem, deleteItem, retrieveItem, truncateItem } from "./itemEvents.js";
import { clearOutput, takeOutputFrame } from "./outputAudio.js";
import type { Pace } from "./pace.js";
import { cancelResponse, createResponse } from "./responseEvents.js";
import { type Script, ScriptPlayer } from "./script.js";
import { type SessionConfig, vadSettings } from "./sessionConfig.js";
import { asShown, updateSession } from "./sessionEvents.js";
import type { OutgoingEvent, SessionState } from "./sessionState.js";
import { Timers } from "./timers.js";

/** The transport under a session; it may drop or spoil what is sent. */
export interface SessionWire {
  send(event: RealtimeServerEvent, text: string): void;
  close(code: number, reason: string): void;
}

export interface SessionOptions {
  config: SessionConfig;
  /** The model was named when the session was opened, so it stays. */
  modelFixed: boolean;
  script: Script | undefined;
  pace: Pace;
  wire: SessionWire;
  /** Given for a call: the server then holds the output audio and plays it. */
  playout?: Playout;
}

type Handlers = { [Type in ClientEvent["type"]]: (state: SessionState, event: ClientEventOf<Type>) => void };

const HANDLERS: Handlers = {
  "session.update": updateSession,
  "input_audio_buffer.append": appendAudio,
  "input_audio_buffer.commit": commitAudio,
  "input_audio_buffer.clear": clearAudio,
  "output_audio_buffer.clear": clearOutput,
  "conversation.item.create": createItem,
  "conversation.item.delete": deleteItem,
  "conversation.item.retrieve": retrieveItem,
  "conversation.item.truncate": truncateItem,
  "response.create": createResponse,
  "response.cancel": cancelResponse,
};

/** One Realtime session: takes the client's messages, answers with server events. Nothing it is given makes it throw. */
export class RealtimeSession {
  readonly received = new EventLog();
  private readonly state: SessionState;
  private readonly timers: Timers;
  private open = true;

  constructor(private readonly options: SessionOptions) {
    const { config, script, pace } = options;
    this.timers = new Timers((error) => this.fail(error, null));
    const { format, turn_detection: detection } = config.audio.input;
    this.state = {
      config,
      modelFixed: options.modelFixed,
      conversation: new Conversation(newId("conv")),
      input: new InputAudio(format.type, vadSettings(detection)),
      script: new ScriptPlayer(script),
      pace,
      timers: this.timers,
      emit: (event) => this.emit(event),
      playout: options.playout,
      active: undefined,
      outOfBand: new Map(),
      hasSpoken: false,
      speechItemId: undefined,
      previousContext: [],
      idleTimer: undefined,
      onIdle: () => idleTimedOut(this.state),
      tokensUsed: 0,
    };
  }

  get config(): SessionConfig {
    return this.state.config;
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** Says `session.created` and starts the session's lifetime. */
  start(lifetimeMs: number): void {
    this.emit(this.created());
    this.timers.after(lifetimeMs, () => this.expire());
  }

  /** A `session.created` for one who joins later. */
  greeting(): string {
    return JSON.stringify(withEventId(this.created()));
  }

  /** Takes audio in the format that the session takes, as if it were appended. */
  hear(bytes: Buffer): void {
    if (!this.open || bytes.length === 0) return;
    try {
      hearAudio(this.state, bytes);
    } catch (error) {
      this.fail(error, null);
    }
  }

  /** The next frame of audio to be played in a call; undefined while there is none. */
  takeFrame(): Buffer | undefined {
    return this.open ? takeOutputFrame(this.state) : undefined;
  }

  /** Takes one text message. */
  receive(text: string, via?: EventLane): void {
    if (!this.open) return;
    let eventId: string | null = null;
    try {
      const value = parseJsonObject(text);
      if (typeof value.event_id === "string") eventId = value.event_id;
      this.received.add(value, via);
      this.handle(checkClientEvent(value));
    } catch (error) {
      this.fail(error, eventId);
    }
  }

  /** Ends the session as at its time limit, whenever it is called. */
  expire(): void {
    const message = "Your session hit the maximum duration of 60 minutes.";
    this.refuseAndClose(new InvalidRequest("session_expired", message), 1001);
  }

  /** Says why, then closes. */
  refuseAndClose(error: InvalidRequest, code: number): void {
    if (!this.open) return;
    this.emit({ type: "error", error: error.toError() });
    this.options.wire.close(code, `invalid_request_error.${error.code}`);
    this.stop();
  }

  /** Runs `act` after `ms` unless the session ends first. */
  after(ms: number, act: () => void): void {
    this.timers.after(ms, act);
  }

  /** The socket is gone: nothing is sent any more and no timer is left. */
  stop(): void {
    this.open = false;
    this.timers.clear();
  }

  private handle<Type extends ClientEvent["type"]>(event: ClientEventOf<Type>): void {
    HANDLERS[event.type as Type](this.state, event);
  }

  private created(): OutgoingEvent {
    return { type: "session.created", session: asShown(this.state.config) };
  }

  private emit(event: OutgoingEvent): void {
    if (!this.open) return;
    const whole = withEventId(event);
    this.options.wire.send(whole, JSON.stringify(whole));
  }

  private fail(error: unknown, eventId: string | null): void {
    if (error instanceof InvalidRequest) {
      this.emit({ type: "error", error: error.toError(eventId) });
      return;
    }
    console.error("OpenAI simulator: unforeseen error", error);
    const message = "The server had an error while processing your request.";
    this.emit({
      type: "error",
      error: { type: "server_error", code: null, message, param: null, event_id: eventId },
    });
  }
}

function withEventId({ type, ...fields }: OutgoingEvent): RealtimeServerEvent {
  return { type, event_id: newId("event"), ...fields } as RealtimeServerEvent;
}
