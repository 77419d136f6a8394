import type { AllowedEvent, ClientTools, EventRules, Misfit } from "./clientPolicy";

type ResponseFields = NonNullable<Extract<AllowedEvent, { type: "response.create" }>["response"]>;

/**
 * What a client may say of tools in a session in which the server has some: its own are declared beside them, and it
 * neither takes their names nor answers for them. Pure.
 */
export class ServerToolRules implements EventRules {
  readonly #names: ReadonlySet<string>;
  #clientTools: ClientTools = [];

  /**
   * @param definitions of the server's tools, as the model is told of them
   * @param isAnswered whether the call of that id is the server's to answer
   */
  constructor(
    private readonly definitions: readonly { name: string }[],
    private readonly isAnswered: (callId: string) => boolean,
  ) {
    this.#names = new Set(definitions.map(({ name }) => name));
  }

  declared(tools: ClientTools): void {
    this.#clientTools = tools;
  }

  misfit(event: AllowedEvent): Misfit | undefined {
    switch (event.type) {
      case "session.update":
        return this.#nameTaken(event.session.tools, "session.tools");
      case "response.create":
        return this.#nameTaken(event.response?.tools, "response.tools");
      case "conversation.item.create": {
        const { item } = event;
        const isOurs = item.type === "function_call_output" && this.isAnswered(item.call_id);
        return isOurs ? { param: "item.call_id", reason: "this call is answered by the server" } : undefined;
      }
    }
    return undefined;
  }

  complete(event: AllowedEvent): object {
    if (event.type === "session.update") {
      const { tools } = event.session;
      // Where a client says nothing of tools, the session keeps those it has.
      return tools ? { ...event, session: { ...event.session, tools: this.#beside(tools) } } : event;
    }
    if (event.type === "response.create" && event.response) {
      return { ...event, response: this.#completeResponse(event.response) };
    }
    return event;
  }

  #completeResponse(response: ResponseFields): object {
    const { conversation, tools } = response;
    // What the server's tools give goes into the conversation: a response beside it has the client's alone.
    if (conversation === "none") return { ...response, tools: tools ?? this.#clientTools };
    return tools ? { ...response, tools: this.#beside(tools) } : response;
  }

  #beside(tools: ClientTools): object[] {
    return [...this.definitions, ...tools];
  }

  #nameTaken(tools: ClientTools = [], param: string): Misfit | undefined {
    const at = tools.findIndex(({ name }) => this.#names.has(name));
    return at < 0
      ? undefined
      : { param: `${param}.${at}.name`, reason: "is the name of a tool of the server" };
  }
}
