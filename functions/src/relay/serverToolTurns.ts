import { MAX_TOOL_RUNS } from "./limits";
import { RESPONSE_IN_THE_WAY, type ServerEvent } from "./serverEvents";
import { type CalledTool, calledTools, outputItemId, toolOutputEvent } from "./toolCalls";

/** A user who speaks is waited for so long at most: that speech has stopped may never be told. */
const LONGEST_SPEECH_MS = 60_000;
/** The same where the connection was lost meanwhile, so that its end may have gone by untold. */
const LONGEST_LOST_SPEECH_MS = 10_000;
/** After the user's last word the model answers of its own accord; a response waits for that. */
const AFTER_SPEECH_MS = 1_000;
const OWN_EVENT = "relay_tools_";
const SENT_AGAIN = "relay_output_";

/** What is to be done because of an event, in this order. */
export type ToolCommand =
  /** Takes its time: `output` is waited for. */
  { type: "runTool"; call: CalledTool } | { type: "toModel"; event: object };

/** Calls of one response, of which so many are still being run. */
interface Batch {
  running: number;
  /** Whether the model is asked to go on once all have been. */
  asks: boolean;
}

/** An output that was sent and is not known to be in the conversation yet. */
interface Unseen {
  event: object;
  /** The creates that were sent before it. */
  creates: number;
}

type Failure = Extract<ServerEvent, { type: "error" }>["error"];
type ResponseDone = Extract<ServerEvent, { type: "response.done" }>["response"];
type ResponseCreated = Extract<ServerEvent, { type: "response.created" }>["response"];

/** Whether an error refuses a request of the relay's own that it will make again: no client asked for it. */
export function isRepeated({ code, event_id }: { code?: unknown; event_id?: unknown }): boolean {
  return code === RESPONSE_IN_THE_WAY && typeof event_id === "string" && event_id.startsWith(OWN_EVENT);
}

/**
 * Which calls of the server's tools are run, and when the model is asked to go on with what came of them, in a session
 * whose client asks for responses too. Only what a response of the model holds is a call; what a client has put into
 * the conversation is none. Pure: it is told events and the time, and gives commands.
 */
export class ServerToolTurns {
  /** Responses in the conversation that are not done. */
  readonly #active = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #running = new Map<string, Batch>();
  /** By the ids of their calls. */
  readonly #unseen = new Map<string, Unseen>();
  /** The model has outputs that it was to go on with, and was not asked to. */
  #isOwed = false;
  /** The id of a create that was neither answered nor refused yet. */
  #sentAs: string | undefined;
  /** The same, when the connection was lost: it may have been answered meanwhile. */
  #lostAs: string | undefined;
  /** There is no connection: nothing can be sent. */
  #isLost = false;
  /** A create was refused: nothing is asked for before a response is done. */
  #isInTheWay = false;
  #heldUntil = 0;
  #creates = 0;
  /** The session's `tool_choice` makes the model call a tool in each response. */
  #mustCall = false;

  /** @param names of the server's tools */
  constructor(private readonly names: ReadonlySet<string>) {}

  /** @param now ms since the epoch */
  handle(event: ServerEvent, now: number): ToolCommand[] {
    const commands = this.#take(event, now);
    return [...commands, ...this.#ask(now)];
  }

  /** What came of a call that was to be run. */
  output(callId: string, output: object, now: number): ToolCommand[] {
    const batch = this.#running.get(callId);
    if (!batch) return [];
    this.#running.delete(callId);
    const { type, item } = toolOutputEvent(callId, output);
    const event = { type, item: { id: outputItemId(callId), ...item } };
    this.#unseen.set(callId, { event, creates: this.#creates });
    batch.running -= 1;
    if (batch.running === 0 && batch.asks) {
      this.#isOwed = true;
      this.#lostAs = undefined;
    }
    return this.#isLost ? [] : [{ type: "toModel", event }, ...this.#ask(now)];
  }

  /** The connection was lost: what was told last may not hold any more, and nothing is asked for before `rejoined`. */
  lost(): void {
    this.#isLost = true;
    this.#active.clear();
    this.#isInTheWay = false;
    if (this.#sentAs === undefined) return;
    if (!this.#isOwed) this.#lostAs = this.#sentAs;
    this.#isOwed = true;
    this.#sentAs = undefined;
  }

  /** There is another connection to the same conversation: the model is sent again what it has not been seen to take. */
  rejoined(now: number): ToolCommand[] {
    if (!this.#isLost) return [];
    this.#isLost = false;
    this.#heldUntil = Math.min(this.#heldUntil, now + LONGEST_LOST_SPEECH_MS);
    const again = [...this.#unseen].map(([callId, unseen]): ToolCommand => {
      unseen.creates = this.#creates;
      return { type: "toModel", event: { ...unseen.event, event_id: SENT_AGAIN + callId } };
    });
    return [...again, ...this.#ask(now)];
  }

  /** Looks at what time has done. */
  tick(now: number): ToolCommand[] {
    return this.#ask(now);
  }

  #take(event: ServerEvent, now: number): ToolCommand[] {
    switch (event.type) {
      case "session.updated":
        this.#mustCall = isForcing((event.session as { tool_choice?: unknown } | undefined)?.tool_choice);
        return [];
      case "input_audio_buffer.speech_started":
        this.#heldUntil = now + LONGEST_SPEECH_MS;
        return [];
      case "input_audio_buffer.speech_stopped":
        this.#heldUntil = now + AFTER_SPEECH_MS;
        return [];
      case "conversation.item.added":
        if (event.item.type === "function_call_output") this.#unseen.delete(String(event.item.call_id));
        return [];
      case "response.created":
        this.#created(event.response);
        return [];
      case "response.done":
        return this.#done(event.response);
      case "error":
        this.#refused(event.error);
    }
    return [];
  }

  #created(response: ResponseCreated): void {
    if (!response || isBeside(response)) return;
    this.#active.add(response.id);
    this.#heldUntil = 0;
    if (this.#sentAs !== undefined && response.metadata?.request === this.#sentAs) {
      // What was sent after the create is not what this one goes on with.
      for (const [callId, { creates }] of this.#unseen) {
        if (creates < this.#creates) this.#unseen.delete(callId);
      }
    } else {
      // One that somebody else asked for goes on with the outputs as well, where they were there before it began.
      if (this.#unseen.size > 0) return;
      this.#isOwed = false;
    }
    this.#sentAs = undefined;
  }

  #done(response: ResponseDone): ToolCommand[] {
    if (isBeside(response)) return [];
    this.#active.delete(response.id);
    this.#isInTheWay = false;
    if (this.#lostAs !== undefined && requestOf(response) === this.#lostAs) {
      this.#lostAs = undefined;
      this.#isOwed = false;
    }
    const called = calledTools(response.output ?? []);
    const own = called.filter(({ callId, name }) => this.names.has(name) && !this.#taken.has(callId));
    // A client answers its own calls and then asks the model to go on; who cancels does not want it to.
    const asks = response.status !== "cancelled" && called.every(({ name }) => this.names.has(name));
    const batch = { running: own.length, asks };
    for (const { callId } of own) {
      this.#taken.add(callId);
      this.#running.set(callId, batch);
    }
    return own.map((call) => ({ type: "runTool", call }));
  }

  #refused({ code, event_id }: Failure): void {
    // An output that was sent again is there already, or has no place any more.
    if (event_id?.startsWith(SENT_AGAIN)) this.#unseen.delete(event_id.slice(SENT_AGAIN.length));
    if (this.#sentAs === undefined || event_id !== this.#sentAs) return;
    this.#sentAs = undefined;
    if (code !== RESPONSE_IN_THE_WAY) return;
    this.#isInTheWay = true;
    this.#isOwed = true;
  }

  /** Asks the model to go on, when it is time. */
  #ask(now: number): ToolCommand[] {
    if (this.#isLost || !this.#isOwed || this.#sentAs !== undefined || this.#isInTheWay) return [];
    if (this.#active.size > 0 || now < this.#heldUntil) return [];
    this.#isOwed = false;
    this.#creates += 1;
    this.#sentAs = `${OWN_EVENT}${this.#creates}`;
    const response = { metadata: { request: this.#sentAs }, ...this.#toolChoice() };
    return [{ type: "toModel", event: { type: "response.create", event_id: this.#sentAs, response } }];
  }

  /** A model that must call a tool in each response, or does so forever, would never come to speak. */
  #toolChoice(): { tool_choice?: "none" | "auto" } {
    if (this.#taken.size >= MAX_TOOL_RUNS) return { tool_choice: "none" };
    return this.#mustCall ? { tool_choice: "auto" } : {};
  }
}

/** Whether a response is beside the conversation, which it neither holds up nor changes. */
function isBeside(response: { conversation_id?: string | null }): boolean {
  return response.conversation_id === null;
}

function requestOf({ metadata }: ResponseDone): unknown {
  return (metadata as { request?: unknown } | null | undefined)?.request;
}

function isForcing(toolChoice: unknown): boolean {
  return toolChoice !== undefined && toolChoice !== "auto" && toolChoice !== "none";
}
