import assert from "node:assert/strict";
import fc from "fast-check";
import type { BridgeCommand, BridgeEvent } from "../../../src/relay/phone/bridgeEvents";
import { type ServerEvent, serverEvent } from "../../../src/relay/serverEvents";
import { type RecordedTurn, TurnRecorder } from "../../../src/relay/turnRecorder";
import { BridgeBench, message, muLaw, SPEECH_STARTED, SPEECH_STOPPED, toolCall } from "./bridgeBench";

/** One thing that happens; `pick` chooses what it happens to. */
interface Step {
  kind: (typeof KINDS)[number];
  pick: number;
  ms: number;
}

// Those that make up a conversation come several times, so that most calls get somewhere.
const KINDS = [
  ...["started", "configured"],
  ...["media", "tick", "tick", "digit", "hash", "starts", "starts", "stops", "stops"],
  ...["createdAsAsked", "createdAsAsked", "createdOfItsOwn", "createdAgain"],
  ...["audio", "audio", "audio", "audio", "audioLate", "itemDone"],
  ...["done", "done", "doneCalling", "doneTransferring", "doneAgain", "doneUnknown", "cancelled"],
  ...["played", "played", "played", "playedAll", "markLate", "markJunk"],
  ...["refused", "failed", "errorAboutNothing"],
] as const;

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    pick: fc.nat({ max: 1_000 }),
    ms: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 3_000 })),
  }),
  { minLength: 5, maxLength: 120 },
);

/** Plays both sides as a call may go, or as none ever would, and checks each answer of the bridge. */
class World {
  readonly bench = new BridgeBench();
  readonly hangUps: BridgeCommand[] = [];
  readonly recorded = new Map<string, RecordedTurn>();
  readonly cutAt = new Map<string, number>();
  readonly items = new Map<string, string>();
  #recorder = new TurnRecorder();
  #active = new Set<string>();
  #finished = new Set<string>();
  #cancelled = new Set<string>();
  #generated = new Map<string, number>();
  #sent = new Map<string, number>();
  #truncated = new Set<string>();
  #marks: string[] = [];
  /** Bytes that were sent since the last mark. */
  #unmarked = 0;
  #played: string[] = [];
  #creates: { id: string; at: number }[] = [];
  #ids = 0;
  #closedAt: number | undefined;

  take({ kind, pick, ms }: Step): void {
    const one = <T>(of: Iterable<T>): T | undefined => {
      const all = [...of];
      return all[pick % Math.max(1, all.length)];
    };
    const active = one(this.#active);
    const tell = (event: BridgeEvent) => this.#check(this.bench.tell(event));
    const moves: Record<Step["kind"], () => void> = {
      started: () => tell({ type: "started" }),
      configured: () => this.#model({ type: "session.updated" }),
      media: () => tell({ type: "media", payload: muLaw(ms) }),
      tick: () => this.tick(ms),
      digit: () => tell({ type: "dtmf", digit: String(pick % 10) }),
      hash: () => tell({ type: "dtmf", digit: "#" }),
      starts: () => this.#model(SPEECH_STARTED),
      stops: () => this.#model(SPEECH_STOPPED),
      createdAsAsked: () => this.#created(this.#creates.at(-1)?.id),
      createdOfItsOwn: () => this.#created(),
      createdAgain: () => active && this.#model({ type: "response.created", response: { id: active } }),
      audio: () => active && this.#audio(active, `${active}_item_${pick % 2}`, ms),
      audioLate: () => {
        const late = one([...this.#finished, ...this.#cancelled]);
        if (late) this.#audio(late, `${late}_item_${pick % 3}`, ms);
      },
      itemDone: () => {
        const id = one(this.items.keys());
        if (id) this.#model({ type: "response.output_item.done", item: message(id) });
      },
      done: () => this.#done(active, []),
      doneCalling: () =>
        this.#done(active, [toolCall(pick % 5 === 0 ? "unknown" : "end_call", `call_${pick}`)]),
      doneTransferring: () => this.#done(active, [toolCall("transfer_to_human", `call_${pick}`)]),
      cancelled: () => this.#done(active, [], "cancelled"),
      doneAgain: () => this.#done(one(this.#finished), []),
      doneUnknown: () => this.#done(`unknown_${pick % 5}`, []),
      played: () => this.#play(1),
      playedAll: () => this.#play(this.#marks.length),
      markLate: () => {
        const name = one(this.#played);
        if (name) tell({ type: "mark", name });
      },
      markJunk: () => tell({ type: "mark", name: `${pick % 3}:${ms}:${one(this.items.keys()) ?? ""}` }),
      refused: () => this.#error("conversation_already_has_active_response", pick),
      failed: () => this.#error("invalid_value", pick),
      errorAboutNothing: () => this.#model({ type: "error", error: { code: "response_cancel_not_active" } }),
    };
    moves[kind]();
  }

  tick(ms: number): void {
    this.bench.now += ms;
    this.#check(this.bench.tell({ type: "tick", now: this.bench.now }));
    if (this.#closedAt === undefined) return;
    // A farewell may take 10 s to come, and all that was ever said may have to be played.
    const saidMs = [...this.#sent.values()].reduce((sum, bytes) => sum + bytes, 0) / 8;
    if (this.bench.now > this.#closedAt + 13_000 + 2 * saidMs) {
      assert.equal(
        this.hangUps.length,
        1,
        "hung up in bounded time after the end of the call was called for",
      );
    }
  }

  /** The call goes on with nothing but time and the caller's breath. */
  wait(ms: number): void {
    for (let waited = 0; waited < ms; waited += 250) {
      this.#check(this.bench.tell({ type: "media", payload: muLaw(20) }));
      this.tick(250);
    }
  }

  get isClosing(): boolean {
    return this.#closedAt !== undefined;
  }

  finish(): void {
    this.#checkCuts(this.bench.bridge.finish());
    for (const turn of this.#recorder.finish()) this.recorded.set(turn.itemId, turn);
  }

  #created(request?: string): void {
    this.#ids += 1;
    const id = `resp_${this.#ids}`;
    this.#creates = this.#creates.filter((create) => create.id !== request);
    this.#active.add(id);
    this.#model({ type: "response.created", response: { id, metadata: request ? { request } : null } });
  }

  #done(id: string | undefined, calls: object[], status = "completed"): void {
    if (id === undefined) return;
    this.#active.delete(id);
    this.#finished.add(id);
    const said = [...this.items].filter(([, of]) => of === id).map(([itemId]) => message(itemId));
    this.#model({ type: "response.done", response: { id, status, output: [...said, ...calls] } });
  }

  #error(code: string, pick: number): void {
    const create = this.#creates[pick % Math.max(1, this.#creates.length)];
    if (!create) return;
    this.#creates = this.#creates.filter((one) => one !== create);
    this.#model({ type: "error", error: { code, event_id: create.id } });
  }

  #audio(responseId: string, itemId: string, ms: number): void {
    if (!this.items.has(itemId)) {
      this.items.set(itemId, responseId);
      const item = { ...message(itemId, "in_progress") };
      this.#model({ type: "conversation.item.added", previous_item_id: null, item });
      this.#model({ type: "response.output_audio_transcript.delta", item_id: itemId, delta: "words" });
    }
    this.#generated.set(itemId, (this.#generated.get(itemId) ?? 0) + ms * 8);
    const isCancelled = this.#cancelled.has(responseId);
    const commands = this.bench.speak(responseId, itemId, ms);
    const media = commands.filter(({ type }) => type === "sendMedia");
    if (isCancelled) assert.deepEqual(media, [], "nothing is sent of a response that was cancelled");
    if (this.cutAt.has(itemId)) assert.deepEqual(media, [], "nothing is sent of an item that was cut");
    const chunks = media.flatMap((one) => (one.type === "sendMedia" ? [one.payload.toString("latin1")] : []));
    const bytes = chunks.reduce((sum, chunk) => sum + Buffer.from(chunk, "base64").length, 0);
    assert.ok(bytes === 0 || bytes === ms * 8);
    this.#sent.set(itemId, (this.#sent.get(itemId) ?? 0) + bytes);
    this.#check(commands);
  }

  #play(count: number): void {
    for (const name of this.#marks.splice(0, count)) {
      this.#played.push(name);
      this.#check(this.bench.tell({ type: "mark", name }));
    }
  }

  #model(event: object): void {
    const parsed: ServerEvent = serverEvent.parse(event);
    for (const turn of this.#recorder.handle(parsed, new Date(0))) this.recorded.set(turn.itemId, turn);
    this.#check(this.bench.tell({ type: "model", event: parsed }));
  }

  #check(commands: BridgeCommand[]): void {
    if (this.hangUps.length > 0) assert.deepEqual(commands, [], "nothing is said after hanging up");
    commands.forEach((command, index) => {
      this.#checkOne(command, commands[index + 1]);
    });
    this.#checkCuts(commands);
  }

  #checkOne(command: BridgeCommand, next: BridgeCommand | undefined): void {
    if (command.type === "sendMedia") {
      this.#unmarked += Buffer.from(command.payload.toString("latin1"), "base64").length;
      assert.ok(this.#unmarked < 400 * 8, "what was sent is marked before long");
    }
    if (command.type === "sendMark") {
      assert.ok(this.#unmarked > 0, "a mark follows something");
      this.#unmarked = 0;
      assert.ok(
        !this.#marks.includes(command.name) && !this.#played.includes(command.name),
        "marks are unique",
      );
      this.#marks.push(command.name);
    }
    // Marks that were cleared come back at once.
    if (command.type === "clear") {
      this.#played.push(...this.#marks.splice(0));
      this.#unmarked = 0;
    }
    if (command.type === "hangUp") {
      this.hangUps.push(command);
      assert.equal(this.hangUps.length, 1);
      assert.equal(next, undefined);
    }
    if (command.type !== "toModel") return;
    const { event } = command;
    if (event.type === "session.update") this.#closedAt = this.bench.now;
    if (event.type === "response.create") {
      assert.equal(this.#active.size, 0, "no response is asked for while one is active");
      const waiting = this.#creates.filter(({ at }) => this.bench.now - at <= 5_000);
      assert.deepEqual(waiting, [], "nor while one that was asked for may become active");
      this.#creates.push({ id: event.event_id, at: this.bench.now });
    }
    if (event.type === "response.cancel") {
      assert.ok(this.#active.has(event.response_id), "only what is active is cancelled");
      assert.ok(!this.#cancelled.has(event.response_id), "and once");
      this.#cancelled.add(event.response_id);
    }
    if (event.type === "conversation.item.truncate") {
      const { item_id, audio_end_ms } = event;
      assert.ok(Number.isInteger(audio_end_ms) && audio_end_ms >= 0);
      assert.ok(audio_end_ms <= (this.#generated.get(item_id) ?? -1) / 8, "never past what was generated");
      assert.ok(!this.#truncated.has(item_id), "once");
      this.#truncated.add(item_id);
    }
  }

  #checkCuts(commands: BridgeCommand[]): void {
    for (const command of commands) {
      if (command.type !== "cutOff") continue;
      const { itemId, heardMs } = command;
      assert.ok(heardMs <= (this.#sent.get(itemId) ?? 0) / 8, "no more was heard than was sent");
      assert.ok(!this.cutAt.has(itemId), "an item is cut off once");
      this.cutAt.set(itemId, heardMs);
      const truncated = {
        type: "conversation.item.truncated",
        item_id: itemId,
        audio_end_ms: heardMs,
      } as const;
      for (const turn of this.#recorder.handle(truncated, new Date(0))) this.recorded.set(turn.itemId, turn);
    }
  }
}

const RUNS = { numRuns: 3_000 };

describe("Whatever happens on a call, in whatever order", () => {
  it("what the bridge does is allowed, and a call that is to end does end", () => {
    let closing = 0;
    fc.assert(
      fc.property(steps, (given) => {
        const world = new World();
        for (const step of [{ kind: "started", pick: 0, ms: 0 } as const, ...given]) world.take(step);
        if (world.isClosing) {
          closing += 1;
          world.wait(13_250 + 400 * 120 + 3_000 * 120);
          assert.equal(world.hangUps.length, 1);
        }
        world.finish();
      }),
      RUNS,
    );
    assert.ok(closing > RUNS.numRuns / 10, `the model ended the call in only ${closing} of the runs`);
  });

  it("each item is recorded once, as cut off exactly where it was, no longer than it was sent", () => {
    fc.assert(
      fc.property(steps, (given) => {
        const world = new World();
        for (const step of given) world.take(step);
        world.finish();
        assert.deepEqual(new Set(world.recorded.keys()), new Set(world.items.keys()));
        const turns = [...world.recorded.values()];
        assert.equal(new Set(turns.map(({ order }) => order)).size, turns.length);
        for (const [itemId, turn] of world.recorded) {
          assert.equal(turn.heardMs, world.cutAt.get(itemId));
          if (world.cutAt.has(itemId)) assert.ok(turn.interrupted);
        }
      }),
      RUNS,
    );
  });
});
