import assert from "node:assert/strict";
import fc from "fast-check";
import { type ServerEvent, serverEvent } from "../../src/relay/serverEvents";
import { type RecordedTurn, TurnRecorder } from "../../src/relay/turnRecorder";

/** An item of a made-up conversation and how it comes about. */
interface Item {
  kind: "typed" | "spoken" | "unheard" | "answered" | "cut" | "unfinished" | "forged" | "call";
  /** Where it is put: behind one of those before it, as a share of them; at the end where absent. */
  behind: number | undefined;
  text: string;
  truncatedAt: number | undefined;
}

const item: fc.Arbitrary<Item> = fc.record({
  kind: fc.constantFrom("typed", "spoken", "unheard", "answered", "cut", "unfinished", "forged", "call"),
  behind: fc.option(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
    nil: undefined,
    freq: 3,
  }),
  text: fc.string({ minLength: 1, maxLength: 12 }).map((text) => `x${text.trim()}`),
  truncatedAt: fc.option(fc.nat({ max: 5_000 }), { nil: undefined, freq: 4 }),
});

type Step = (conversation: Conversation) => object;

/** Plays the model: knows the true order of the items. */
class Conversation {
  readonly order: string[] = [];

  place(id: string, behind: number | undefined): string | null {
    const index = behind === undefined ? this.order.length : Math.floor(behind * (this.order.length + 1));
    this.order.splice(index, 0, id);
    return this.order[index - 1] ?? null;
  }
}

const USERS = new Set(["typed", "spoken", "unheard"]);

/** What the model says of one item, in the order in which it says it. */
function stepsOf({ kind, behind, text, truncatedAt }: Item, id: string): Step[] {
  const isUser = USERS.has(kind);
  const isOpen = ["answered", "cut", "unfinished"].includes(kind);
  const content =
    kind === "typed"
      ? [{ type: "input_text", text }]
      : isUser
        ? [{ type: "input_audio" }]
        : [{ type: "output_audio", transcript: text }];
  const whole = { id, type: "message", role: isUser ? "user" : "assistant", status: "completed", content };
  const added: Step = (conversation) => ({
    type: "conversation.item.added",
    previous_item_id: conversation.place(id, behind),
    item:
      kind === "call"
        ? { id, type: "function_call", status: "completed" }
        : { ...whole, ...(isOpen ? { status: "in_progress", content: [] } : {}) },
  });
  const say =
    (event: object): Step =>
    () =>
      event;
  const transcribed = "conversation.item.input_audio_transcription";
  const deltas = [text.slice(0, 2), text.slice(2)].map((delta) =>
    say({ type: "response.output_audio_transcript.delta", item_id: id, delta }),
  );
  const truncated =
    truncatedAt === undefined || !isOpen
      ? []
      : [say({ type: "conversation.item.truncated", item_id: id, audio_end_ms: truncatedAt })];
  switch (kind) {
    case "spoken":
      return [
        say({ type: "input_audio_buffer.speech_started", item_id: id }),
        added,
        say({ type: `${transcribed}.completed`, item_id: id, transcript: text }),
      ];
    case "unheard":
      return [added, say({ type: `${transcribed}.failed`, item_id: id })];
    case "answered":
    case "cut": {
      const done = { ...whole, status: kind === "cut" ? "incomplete" : "completed" };
      return [
        added,
        ...deltas,
        say({ type: "response.output_item.done", item: done }),
        say({ type: "conversation.item.done", item: done }),
        ...truncated,
        say({ type: "response.done", response: { id: `r-${id}`, output: [done] } }),
      ];
    }
    case "unfinished":
      return [added, ...deltas, ...truncated];
    default:
      return [added, say({ type: "conversation.item.done", item: whole })];
  }
}

/** Items, and from which of them each next event comes. */
const script = fc.record({
  items: fc.array(item, { minLength: 1, maxLength: 15 }),
  choices: fc.infiniteStream(fc.nat()),
});

function interleave({ items, choices }: { items: Item[]; choices: Iterator<number> }) {
  const conversation = new Conversation();
  const queues = items.map((one, index) => stepsOf(one, `item_${index}`));
  const events: ServerEvent[] = [];
  while (queues.some((queue) => queue.length > 0)) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const step = waiting[choices.next().value % waiting.length]?.shift();
    if (step) events.push(serverEvent.parse(step(conversation)));
  }
  return { events, order: conversation.order };
}

const RUNS = { numRuns: 1_000 };

describe("Whatever the order in which the model tells of a conversation", () => {
  it("each turn is stored as it was, in its place, and none is left out or made up", () => {
    fc.assert(
      fc.property(script, (given) => {
        const { events, order } = interleave(given);
        const stored = new Map<string, RecordedTurn>();
        const recorder = new TurnRecorder();
        for (const event of events) {
          for (const turn of recorder.handle(event, new Date())) stored.set(turn.itemId, turn);
        }
        for (const turn of recorder.finish()) stored.set(turn.itemId, turn);

        const expected = order.filter((id) => {
          const kind = given.items[Number(id.slice(5))]?.kind;
          return kind !== "forged" && kind !== "call";
        });
        const turns = [...stored.values()].sort((a, b) => a.order - b.order);
        assert.deepEqual(
          turns.map(({ itemId }) => itemId),
          expected,
        );
        assert.equal(new Set(turns.map(({ order }) => order)).size, turns.length, "no two share a place");
        for (const turn of turns) assertAsSaid(turn, given.items[Number(turn.itemId.slice(5))]);
      }),
      RUNS,
    );
  });

  it("an event that is told again changes nothing, and the end comes once", () => {
    fc.assert(
      fc.property(script, (given) => {
        const { events } = interleave(given);
        const recorder = new TurnRecorder();
        for (const event of events) {
          recorder.handle(event, new Date());
          // A delta is a piece and has no identity: the model never repeats one.
          if (!event.type.endsWith(".delta"))
            assert.deepEqual(recorder.handle(event, new Date()), [], event.type);
        }
        recorder.finish();
        assert.deepEqual(recorder.finish(), []);
        assert.equal(recorder.awaitsTranscription, false);
      }),
      RUNS,
    );
  });
});

function assertAsSaid(turn: RecordedTurn, said: Item | undefined): void {
  assert.ok(said);
  assert.equal(turn.role, USERS.has(said.kind) ? "user" : "assistant");
  assert.equal(turn.content, said.kind === "unheard" ? "[inaudible]" : said.text);
  const isAnswer = turn.role === "assistant";
  assert.equal(
    turn.interrupted,
    isAnswer && (said.kind !== "answered" || said.truncatedAt !== undefined),
    "marked exactly where it was cut off",
  );
  assert.equal(turn.heardMs, isAnswer ? said.truncatedAt : undefined);
}
