import type { Config } from "../../core/config";
import { modelSession } from "../../voice/modelSession";
import type { AttachedSession } from "../../voice/relayConnection";

/** A tool as the model tells of it. */
export interface ToldTool {
  type: string;
  name?: string | undefined;
}

/**
 * How a WebRTC call is configured by the server, which has its client's session beside it: what the client may set
 * (see `ConfigurationGuard`) is set only once, before there is a client, and is left as it is from then on. Pure.
 */
export class CallConfiguration {
  readonly #own: ReturnType<typeof modelSession>;

  /** @param tools the server's, as the model is told of them */
  constructor(
    session: AttachedSession["session"],
    config: Config,
    private readonly tools: readonly { name: string }[],
  ) {
    this.#own = modelSession(session, config, { tools });
  }

  /** Of a call that nobody has joined before. */
  first(eventId: string): string {
    // What the call was made with and cannot be changed later would make the model refuse all of it.
    const { model: _, audio, ...session } = this.#own;
    return update(eventId, { ...session, audio: { input: audio.input } });
  }

  /** Of one that was configured before. Where the server's tools are gone, the guard sees it by what is told then. */
  again(eventId: string): string {
    return update(eventId, this.#guarded);
  }

  /** Of one whose client has changed what it may not. @param told the tools that it has now, of which its own stay */
  restored(eventId: string, told: readonly ToldTool[]): string {
    const names = new Set<unknown>(this.tools.map(({ name }) => name));
    const clients = told.filter(({ type, name }) => type === "function" && !names.has(name));
    return update(eventId, { ...this.#guarded, tools: [...this.tools, ...clients] });
  }

  get #guarded(): object {
    const { model: _, tools: _tools, tool_choice: _choice, audio, ...session } = this.#own;
    return { ...session, audio: { input: { transcription: audio.input.transcription } } };
  }
}

function update(eventId: string, session: object): string {
  return JSON.stringify({ type: "session.update", event_id: eventId, session });
}
