import assert from "node:assert/strict";
import fc from "fast-check";
import { serverEvent } from "../../src/relay/serverEvents";
import { ServerToolTurns, type ToolCommand } from "../../src/relay/serverToolTurns";

interface Create {
  event_id: string;
}

/** A model in which responses begin and end as a test likes, with a wire on which events take their time both ways. */
class World {
  readonly #turns = new ServerToolTurns(new Set(["look_up"]));
  readonly #toModel: object[] = [];
  readonly #toRelay: object[] = [];
  #now = 0;
  #ids = 0;
  #active: { id: string; knows: Set<string> } | undefined;
  readonly #inConversation = new Set<string>();
  readonly running = new Set<string>();
  readonly answered: string[] = [];
  /** Calls whose output the model has yet to go on with. */
  readonly owed = new Set<string>();
  /** Outputs of each call that the model has been sent. */
  readonly outputs = new Map<string, number>();

  /** Somebody asks for a response: the client, or the end of speech. */
  begin(eventId = "the_clients"): void {
    if (this.#active) {
      const code = "conversation_already_has_active_response";
      this.#toRelay.push({ type: "error", error: { code, event_id: eventId } });
      return;
    }
    const id = this.#newId();
    this.#active = { id, knows: new Set(this.#inConversation) };
    for (const callId of this.#inConversation) this.owed.delete(callId);
    this.#toRelay.push({ type: "response.created", response: { id, metadata: { request: eventId } } });
  }

  finish(calls: number, status: string): void {
    if (!this.#active) return;
    const output = Array.from({ length: calls }, () => {
      const callId = this.#newId();
      if (status !== "cancelled") this.owed.add(callId);
      return { id: callId, type: "function_call", name: "look_up", call_id: callId, arguments: "{}" };
    });
    this.#toRelay.push({ type: "response.done", response: { id: this.#active.id, status, output } });
    this.#active = undefined;
  }

  /** The relay reads the next event of the model's. */
  hear(): void {
    const event = this.#toRelay.shift();
    if (event) this.#do(this.#turns.handle(serverEvent.parse(event), this.#now));
  }

  /** The model reads the next event of the relay's. */
  read(): void {
    const event = this.#toModel.shift() as
      | (Create & { type: string; item: { type: string; call_id: string } })
      | undefined;
    if (event?.type === "response.create") this.begin(event.event_id);
    else if (event) {
      const { call_id } = event.item;
      this.outputs.set(call_id, (this.outputs.get(call_id) ?? 0) + 1);
      this.#inConversation.add(call_id);
      this.#toRelay.push({ type: "conversation.item.added", item: { id: `o_${call_id}`, ...event.item } });
    }
  }

  /** A tool comes to its end. */
  answer(): void {
    const [callId] = this.running;
    if (callId === undefined) return;
    this.running.delete(callId);
    this.answered.push(callId);
    this.#do(this.#turns.output(callId, {}, this.#now));
  }

  speak(type: "speech_started" | "speech_stopped"): void {
    this.#toRelay.push({ type: `input_audio_buffer.${type}`, item_id: "item" });
  }

  pass(ms: number): void {
    this.#now += ms;
    this.#do(this.#turns.tick(this.#now));
  }

  /** Everything comes to its end, and the model calls nothing more. */
  settle(): void {
    for (let round = 0; round < 200; round += 1) {
      this.answer();
      this.read();
      this.hear();
      this.finish(0, "completed");
      if (round % 50 === 0) this.pass(60_000);
    }
  }

  #do(commands: ToolCommand[]): void {
    for (const command of commands) {
      if (command.type === "runTool") this.running.add(command.call.callId);
      else this.#toModel.push(command.event);
    }
  }

  #newId(): string {
    this.#ids += 1;
    return `id_${this.#ids}`;
  }
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant((world: World) => world.hear()) },
  { weight: 3, arbitrary: fc.constant((world: World) => world.read()) },
  { weight: 2, arbitrary: fc.constant((world: World) => world.answer()) },
  fc.constant((world: World) => world.begin()),
  fc.tuple(fc.nat(3), fc.constantFrom("completed", "cancelled", "incomplete")).map(
    ([calls, status]) =>
      (world: World) =>
        world.finish(calls, status),
  ),
  fc
    .constantFrom("speech_started" as const, "speech_stopped" as const)
    .map((type) => (world: World) => world.speak(type)),
  fc.nat(3_000).map((ms) => (world: World) => world.pass(ms)),
);

describe("Whatever the model, the user and the client do", () => {
  it("each call is answered once, and the model goes on with each output that it was to", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
        const world = new World();
        for (const take of steps) take(world);
        world.settle();
        assert.deepEqual([...world.owed], []);
        assert.equal(world.running.size, 0);
        assert.deepEqual([...world.outputs.keys()].sort(), [...world.answered].sort());
        for (const times of world.outputs.values()) assert.equal(times, 1);
      }),
      { numRuns: 5_000 },
    );
  });
});
