import assert from "node:assert/strict";
import type { BridgeCommand } from "../../../src/relay/phone/bridgeEvents";
import {
  BridgeBench,
  eventsOf,
  message,
  muLaw,
  PROMPTS,
  SPEECH_STARTED,
  SPEECH_STOPPED,
  toolCall,
  typeOf,
} from "./bridgeBench";

const bytesOf = (commands: BridgeCommand[], type: "append" | "sendMedia") =>
  commands
    .flatMap((command) =>
      command.type === type ? [Buffer.from(command.payload.toString("latin1"), "base64")] : [],
    )
    .map(({ length }) => length);
const total = (sizes: number[]) => sizes.reduce((sum, size) => sum + size, 0);
const hangUps = (commands: BridgeCommand[]) => commands.filter(({ type }) => type === "hangUp");

describe("The phone bridge", () => {
  describe("at the beginning of a call", () => {
    for (const order of ["started first", "model first"]) {
      it(`greets once both sides are there: ${order}`, () => {
        const bench = new BridgeBench();
        const sides = [() => bench.tell({ type: "started" }), () => bench.model({ type: "session.updated" })];
        if (order === "model first") sides.reverse();
        assert.deepEqual(sides[0]?.(), []);
        const [create, ...more] = sides[1]?.() ?? [];
        assert.deepEqual(more, []);
        assert.ok(create?.type === "toModel" && create.event.type === "response.create");
        assert.equal(create.event.response.instructions, undefined);
        bench.model({ type: "session.updated" });
        bench.tell({ type: "started" });
        bench.pass(10_000);
        assert.equal(bench.toModel("response.create").length, 1, "greets once");
      });
    }

    it("goes on instead of greeting anew where the line was lost", () => {
      const bench = new BridgeBench({ isResumed: true });
      bench.start();
      assert.equal(bench.toModel("response.create")[0]?.response.instructions, PROMPTS.resume);
    });

    it("keeps what the caller says until the model listens: the last 5 s, in order, before the greeting", () => {
      const bench = new BridgeBench();
      bench.tell({ type: "started" });
      for (let at = 0; at < 300; at += 1) {
        assert.deepEqual(bench.tell({ type: "media", payload: muLaw(20, at % 256) }), []);
      }
      const commands = bench.model({ type: "session.updated" });
      assert.equal(total(bytesOf(commands, "append")), 5_000 * 8);
      assert.deepEqual(commands[0], { type: "append", payload: muLaw(20, 50) });
      assert.equal(typeOf(commands.at(-1) as BridgeCommand), "response.create");
      assert.equal(bench.tell({ type: "media", payload: muLaw(20) }).length, 1, "then it goes straight on");
    });

    it("does not greet a caller who has spoken first: the model answers that by itself", () => {
      const bench = new BridgeBench();
      bench.model({ type: "session.updated" });
      bench.model(SPEECH_STARTED);
      bench.tell({ type: "started" });
      bench.model(SPEECH_STOPPED);
      const answer = bench.created(true);
      bench.done(answer, [message("a")]);
      bench.pass(5_000);
      assert.deepEqual(bench.toModel("response.create"), []);
    });

    it("asks after all where the model answers nothing", () => {
      const bench = new BridgeBench();
      bench.model({ type: "session.updated" });
      bench.model(SPEECH_STARTED);
      bench.tell({ type: "started" });
      bench.model(SPEECH_STOPPED);
      bench.pass(1_250);
      assert.equal(bench.toModel("response.create").length, 1);
    });

    it("silences a greeting that begins when the caller has begun", () => {
      const bench = new BridgeBench();
      bench.start();
      bench.model(SPEECH_STARTED);
      const greeting = bench.created();
      assert.deepEqual(
        bench.toModel("response.cancel").map(({ response_id }) => response_id),
        [greeting],
      );
      assert.deepEqual(bytesOf(bench.speak(greeting, "g", 200), "sendMedia"), []);
    });
  });

  describe("speaking", () => {
    it("sends chunks of at most 200 ms, to the last byte, and a mark after each 200 ms and each item", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      for (const ms of [437, 20, 100, 100]) bench.speak(answer, "a", ms);
      bench.speak(answer, "b", 50);
      bench.model({ type: "response.output_item.done", item: message("b") });
      bench.done(answer, [message("a"), message("b")]);
      const sizes = bytesOf(bench.said, "sendMedia");
      assert.equal(total(sizes), 707 * 8);
      assert.ok(Math.max(...sizes) <= 1_600);
      assert.deepEqual(
        bench.types().map((type) => (type === "sendMark" ? "mark" : "media")),
        // 200 and 200 ms; 37, 20, 100 and 100 ms; and 50 ms of another item.
        ["media", "mark", "media", "mark", ...Array(4).fill("media"), "mark", "media", "mark"],
      );
      assert.equal(new Set(bench.marks()).size, 4);
    });

    it("marks what was left over before another item begins", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "a", 50);
      bench.speak(answer, "b", 50);
      assert.deepEqual(bench.types(), ["sendMedia", "sendMark", "sendMedia"]);
    });

    it("passes µ-law through in both directions to the bit", () => {
      const bench = BridgeBench.greeted();
      const noise = Buffer.from(Array.from({ length: 3_333 }, (_, at) => (at * 89) % 256));
      const payload = Buffer.from(noise.toString("base64"), "latin1");
      const up = bench.tell({ type: "media", payload });
      const answer = bench.created(true);
      const down = bench.tell({ type: "audio", responseId: answer, itemId: "a", payload });
      for (const [commands, type] of [
        [up, "append"],
        [down, "sendMedia"],
      ] as const) {
        const pieces = commands.flatMap((one) => (one.type === type ? [one.payload.toString("latin1")] : []));
        assert.deepEqual(Buffer.concat(pieces.map((one) => Buffer.from(one, "base64"))), noise);
      }
    });
  });

  describe("when the caller barges in", () => {
    /** An answer of 1 s, generated to its end or not, of which so many chunks were played. */
    function answering({ chunks = 0, isDone = false } = {}) {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "a", 1_000);
      if (isDone) bench.done(answer, [message("a")]);
      bench.play(chunks);
      const marks = bench.marks();
      bench.forget();
      return { bench, answer, marks };
    }

    it("clears first, cancels and truncates at what was heard", () => {
      const { bench, answer } = answering({ chunks: 3 });
      for (let ms = 0; ms < 60; ms += 20) bench.tell({ type: "media", payload: muLaw(20) });
      bench.forget();
      bench.model(SPEECH_STARTED);
      assert.deepEqual(bench.types(), ["clear", "response.cancel", "conversation.item.truncate", "cutOff"]);
      assert.equal(bench.toModel("response.cancel")[0]?.response_id, answer);
      // 3 marks of 200 ms, and the stream has gone on for 60 ms since the last one.
      const heardMs = 3 * 200 + 60;
      assert.deepEqual(bench.toModel("conversation.item.truncate"), [
        { type: "conversation.item.truncate", item_id: "a", content_index: 0, audio_end_ms: heardMs },
      ]);
      assert.deepEqual(bench.said.at(-1), { type: "cutOff", itemId: "a", heardMs });
    });

    it("never takes more for heard than was generated", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "a", 20);
      bench.tell({ type: "media", payload: muLaw(500) });
      bench.model(SPEECH_STARTED);
      assert.equal(bench.toModel("conversation.item.truncate")[0]?.audio_end_ms, 20);
    });

    it("takes nothing for heard beyond a mark that has not come back", () => {
      const { bench } = answering({ chunks: 2 });
      bench.tell({ type: "media", payload: muLaw(1_000) });
      bench.model(SPEECH_STARTED);
      assert.equal(bench.toModel("conversation.item.truncate")[0]?.audio_end_ms, 600);
    });

    it("counts from when a silent phone is sent something, not from the caller's words before", () => {
      const bench = BridgeBench.greeted();
      bench.tell({ type: "media", payload: muLaw(3_000) });
      const answer = bench.created(true);
      bench.speak(answer, "a", 1_000);
      bench.tell({ type: "media", payload: muLaw(120) });
      bench.model(SPEECH_STARTED);
      assert.equal(bench.toModel("conversation.item.truncate")[0]?.audio_end_ms, 120);
    });

    it("does not cancel a response that is over, and still cuts what is being played", () => {
      const { bench } = answering({ chunks: 2, isDone: true });
      bench.model(SPEECH_STARTED);
      assert.deepEqual(bench.types(), ["clear", "conversation.item.truncate", "cutOff"]);
    });

    it("does nothing where all was heard", () => {
      const { bench } = answering({ chunks: 99, isDone: true });
      bench.model(SPEECH_STARTED);
      assert.deepEqual(bench.said, []);
    });

    it("does not truncate an item that was heard whole, but the one behind it", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "a", 90);
      bench.model({ type: "response.output_item.done", item: message("a") });
      bench.play();
      bench.speak(answer, "b", 300);
      bench.tell({ type: "media", payload: muLaw(40) });
      bench.model(SPEECH_STARTED);
      assert.deepEqual(
        bench
          .toModel("conversation.item.truncate")
          .map(({ item_id, audio_end_ms }) => [item_id, audio_end_ms]),
        [["b", 40]],
      );
    });

    it("takes nothing of an item for heard that waits behind another", () => {
      const { bench, answer } = answering({ chunks: 1 });
      bench.speak(answer, "b", 300);
      bench.tell({ type: "media", payload: muLaw(40) });
      bench.model(SPEECH_STARTED);
      assert.deepEqual(
        bench
          .toModel("conversation.item.truncate")
          .map(({ item_id, audio_end_ms }) => [item_id, audio_end_ms]),
        [
          ["a", 240],
          ["b", 0],
        ],
      );
    });

    it("truncates a half-generated item whose every chunk was heard", () => {
      const { bench } = answering({ chunks: 99 });
      bench.model(SPEECH_STARTED);
      assert.equal(bench.toModel("conversation.item.truncate")[0]?.audio_end_ms, 1_000);
    });

    it("cancels a response that has not made a sound yet, and nothing is to be truncated", () => {
      const bench = BridgeBench.greeted();
      bench.created(true);
      bench.model(SPEECH_STARTED);
      assert.deepEqual(bench.types(), ["clear", "response.cancel"]);
    });

    it("drops later audio of the cancelled response, also of items that come later, which count as unheard", () => {
      const { bench, answer } = answering({ chunks: 1 });
      bench.model(SPEECH_STARTED);
      bench.forget();
      bench.speak(answer, "a", 500);
      assert.deepEqual(bench.said, []);
      bench.speak(answer, "late", 500);
      bench.speak(answer, "late", 500);
      assert.deepEqual(bench.types(), ["conversation.item.truncate", "cutOff"]);
      assert.deepEqual(bench.said.at(-1), { type: "cutOff", itemId: "late", heardMs: 0 });
      bench.done(answer, [message("a", "incomplete")], "cancelled");
      bench.speak(answer, "a", 500);
      assert.equal(bench.said.length, 2);
    });

    it("ignores the marks of what it has cleared, which come back as well", () => {
      const { bench, answer, marks: cleared } = answering();
      assert.equal(cleared.length, 5);
      bench.model(SPEECH_STARTED);
      bench.done(answer, [], "cancelled");
      bench.model(SPEECH_STOPPED);
      const second = bench.created(true);
      bench.speak(second, "b", 300);
      for (const name of cleared) bench.tell({ type: "mark", name });
      bench.tell({ type: "media", payload: muLaw(40) });
      bench.forget();
      bench.model(SPEECH_STARTED);
      assert.deepEqual(
        bench
          .toModel("conversation.item.truncate")
          .map(({ item_id, audio_end_ms }) => [item_id, audio_end_ms]),
        [["b", 40]],
      );
    });

    it("is told twice: cancels and truncates once", () => {
      const { bench } = answering({ chunks: 1 });
      bench.model(SPEECH_STARTED);
      bench.forget();
      bench.model(SPEECH_STARTED);
      assert.deepEqual(bench.said, []);
    });

    it("lets an item be that was heard whole, also where more of it comes after the cut", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "a", 90);
      bench.model({ type: "response.output_item.done", item: message("a") });
      bench.play();
      bench.model(SPEECH_STARTED);
      bench.forget();
      bench.speak(answer, "a", 90);
      assert.deepEqual(bench.said, []);
    });

    it("does not take an item for whole because some other response is over", () => {
      const { bench } = answering({ chunks: 99 });
      bench.done("another", [message("other")]);
      bench.model(SPEECH_STARTED);
      assert.equal(bench.toModel("conversation.item.truncate")[0]?.audio_end_ms, 1_000);
    });

    it("takes an item of a response that is over for whole, also where its end does not name it", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "a", 100);
      bench.done(answer);
      bench.play();
      bench.forget();
      bench.created(true);
      bench.model(SPEECH_STARTED);
      assert.deepEqual(bench.types(), ["clear", "response.cancel"]);
    });

    it("finds the phone playing what the model has long finished: the next time it is not truncated again", () => {
      const { bench } = answering({ chunks: 99, isDone: true });
      const next = bench.created(true);
      bench.speak(next, "b", 100);
      bench.model(SPEECH_STARTED);
      assert.deepEqual(
        bench.toModel("conversation.item.truncate").map(({ item_id }) => item_id),
        ["b"],
      );
    });
  });

  describe("asking for responses", () => {
    it("waits for the end of the one that is active", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      press(bench, "5#");
      assert.deepEqual(bench.toModel("response.create"), []);
      bench.done("another", []);
      assert.deepEqual(bench.toModel("response.create"), []);
      bench.done(answer);
      assert.equal(bench.toModel("response.create").length, 1);
      bench.pass(4_000);
      press(bench, "6#");
      assert.equal(bench.toModel("response.create").length, 1, "one that is asked for counts as active");
    });

    it("keeps one that the model refused because another was active, and asks again once", () => {
      const bench = BridgeBench.greeted();
      press(bench, "5#");
      const [create] = bench.toModel("response.create");
      const own = bench.created(true);
      bench.model({
        type: "error",
        error: { code: "conversation_already_has_active_response", event_id: create?.event_id },
      });
      bench.pass(2_000);
      assert.equal(bench.toModel("response.create").length, 1);
      bench.done(own);
      assert.equal(bench.toModel("response.create").length, 2);
      assert.notEqual(bench.toModel("response.create")[1]?.event_id, create?.event_id);
      bench.done(bench.created());
      bench.pass(6_000);
      assert.equal(bench.toModel("response.create").length, 2);
    });

    it("does not ask at once again where nothing is known to be active", () => {
      const bench = BridgeBench.greeted();
      press(bench, "5#");
      const refuse = () => {
        const event_id = bench.toModel("response.create").at(-1)?.event_id;
        bench.model({ type: "error", error: { code: "conversation_already_has_active_response", event_id } });
      };
      refuse();
      assert.equal(bench.toModel("response.create").length, 1);
      bench.pass(500);
      assert.equal(bench.toModel("response.create").length, 2);
    });

    it("asks the model to answer the caller where it did not by itself, as when one was still being cancelled", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.model(SPEECH_STARTED);
      bench.model(SPEECH_STOPPED);
      bench.passTalking(2_000);
      assert.deepEqual(bench.toModel("response.create"), []);
      bench.done(answer, [], "cancelled");
      assert.equal(bench.toModel("response.create").length, 1);
    });

    it("does not ask for it again where the model was late: what stood in the way is the answer", () => {
      const bench = BridgeBench.greeted();
      bench.model(SPEECH_STARTED);
      bench.model(SPEECH_STOPPED);
      bench.passTalking(1_250);
      const event_id = bench.toModel("response.create")[0]?.event_id;
      const answer = bench.created(true);
      bench.model({ type: "error", error: { code: "conversation_already_has_active_response", event_id } });
      bench.done(answer);
      bench.passTalking(5_000);
      assert.equal(bench.toModel("response.create").length, 1);
    });

    it("takes one for answered that it took for refused", () => {
      const bench = BridgeBench.greeted();
      press(bench, "5#");
      bench.model({ type: "error", error: { code: "conversation_already_has_active_response" } });
      bench.done(bench.created());
      bench.passTalking(5_000);
      assert.equal(bench.toModel("response.create").length, 1);
    });

    it("gives one up that the model refused for another reason, or never answered", () => {
      const bench = BridgeBench.greeted();
      press(bench, "5#");
      const event_id = bench.toModel("response.create").at(-1)?.event_id;
      bench.model({ type: "error", error: { code: "invalid_value", event_id } });
      press(bench, "6#");
      assert.equal(bench.toModel("response.create").length, 2);
      bench.passTalking(5_250);
      press(bench, "7#");
      assert.equal(bench.toModel("response.create").length, 3);
    });

    it("takes errors about other things for nothing, as that there is nothing to cancel", () => {
      const bench = BridgeBench.greeted();
      press(bench, "5#");
      for (const error of [
        { code: "response_cancel_not_active" },
        { code: "conversation_already_has_active_response", event_id: "of_another" },
        { code: "server_error" },
      ]) {
        bench.model({ type: "error", error });
      }
      press(bench, "6#");
      bench.pass(3_000);
      assert.equal(bench.toModel("response.create").length, 1);
    });

    it("takes a beginning that is told after the end for old news", () => {
      const bench = BridgeBench.greeted();
      const first = bench.created(true);
      bench.done(first);
      bench.model({ type: "response.created", response: { id: first } });
      press(bench, "5#");
      assert.equal(bench.toModel("response.create").length, 1);
    });

    it("tells one response from another by its id: a second end of the first ends nothing", () => {
      const bench = BridgeBench.greeted();
      const first = bench.created(true);
      bench.done(first);
      const second = bench.created(true);
      press(bench, "5#");
      bench.done(first);
      assert.deepEqual(bench.toModel("response.create"), []);
      bench.done(second);
      assert.equal(bench.toModel("response.create").length, 1);
    });
  });

  describe("when the caller's media stop", () => {
    it("in the midst of speech: gives the model 1 s of silence after 750 ms, once", () => {
      const bench = BridgeBench.greeted();
      bench.model(SPEECH_STARTED);
      bench.tell({ type: "media", payload: muLaw(20) });
      bench.pass(250);
      assert.deepEqual(bytesOf(bench.pass(500), "append"), []);
      const [padding, ...more] = bench.pass(10_000).filter(({ type }) => type === "append");
      assert.deepEqual(padding, { type: "append", payload: muLaw(1_000, 0xff) });
      assert.deepEqual(more, []);
      bench.tell({ type: "media", payload: muLaw(20) });
      assert.equal(bytesOf(bench.pass(2_000), "append").length, 1, "and again at the next gap");
    });

    it("between two utterances: does nothing", () => {
      const bench = BridgeBench.greeted();
      bench.model(SPEECH_STARTED);
      bench.model(SPEECH_STOPPED);
      assert.deepEqual(bytesOf(bench.pass(10_000), "append"), []);
    });

    it("for 30 s: ends the stream, and then nothing more is said", () => {
      const bench = BridgeBench.greeted();
      bench.tell({ type: "media", payload: muLaw(20) });
      assert.deepEqual(hangUps(bench.pass(30_000)), []);
      assert.deepEqual(hangUps(bench.pass(250)), [{ type: "hangUp", reason: "no_media" }]);
      assert.deepEqual([...bench.pass(60_000), ...bench.model(SPEECH_STARTED)], []);
    });

    it("from the very start: ends the stream as well", () => {
      assert.equal(hangUps(new BridgeBench().pass(30_000)).length, 1);
    });
  });

  describe("when the caller presses keys", () => {
    it("tells the model the number that # ends, and has it answer", () => {
      const bench = BridgeBench.greeted();
      press(bench, "123#");
      assert.deepEqual(bench.types(), ["conversation.item.create", "response.create"]);
      assert.deepEqual(bench.toModel("conversation.item.create")[0]?.item, {
        type: "message",
        role: "user",
        content: [{ type: "input_text", text: "[The caller pressed 1 2 3 on the keypad.]" }],
      });
    });

    it("takes 2 s without another key for the end, counted from the last", () => {
      const bench = BridgeBench.greeted();
      press(bench, "1");
      bench.pass(1_750);
      press(bench, "*");
      bench.pass(2_000);
      assert.deepEqual(bench.said, []);
      bench.pass(250);
      assert.match(JSON.stringify(bench.said[0]), /pressed 1 \* on/);
      assert.equal(bench.toModel("response.create").length, 1);
    });

    it("tells a # alone, passes over what is no key, and holds no endless number", () => {
      const bench = BridgeBench.greeted();
      press(bench, "#");
      assert.match(JSON.stringify(bench.said[0]), /pressed # on/);
      bench.forget();
      for (const digit of ["", "12", "x", '"', "€"]) bench.tell({ type: "dtmf", digit });
      bench.pass(5_000);
      assert.deepEqual(bench.said, []);
      press(bench, "7".repeat(32));
      assert.equal(bench.toModel("conversation.item.create").length, 1);
    });

    it("while speaking: the model's own answer to the speech is the answer to both", () => {
      const bench = BridgeBench.greeted();
      bench.model(SPEECH_STARTED);
      press(bench, "1#");
      bench.model(SPEECH_STOPPED);
      bench.done(bench.created(true));
      bench.passTalking(5_000);
      assert.deepEqual(bench.toModel("response.create"), []);
    });
  });

  describe("when the call is to end", () => {
    for (const [reason, prompt] of [
      ["spent", PROMPTS.farewell.spent],
      ["voicemail", PROMPTS.farewell.voicemail],
    ] as const) {
      it(`${reason}: what is being said stops, the last words are said to their end, and nothing else`, () => {
        const bench = BridgeBench.greeted();
        const answer = bench.created(true);
        bench.speak(answer, "story", 2_000);
        bench.forget();
        bench.tell({ type: "close", reason });
        assert.deepEqual(bench.types().slice(0, 2), ["clear", "response.cancel"]);
        bench.tell({ type: "close", reason });
        bench.done(answer, [message("story", "incomplete")], "cancelled");
        const creates = bench.toModel("response.create");
        assert.deepEqual(
          creates.map(({ response }) => [response.instructions, response.tool_choice]),
          [[prompt, "none"]],
        );
        const last = bench.created();
        bench.speak(last, "last", 1_000);
        bench.model(SPEECH_STARTED);
        bench.done(last, [message("last")]);
        assert.deepEqual(hangUps(bench.said), []);
        bench.play();
        assert.deepEqual(hangUps(bench.said), [{ type: "hangUp", reason }]);
      });
    }

    it("before the model is ready: the message is the first that is said", () => {
      const bench = new BridgeBench();
      bench.tell({ type: "close", reason: "voicemail" });
      bench.start();
      assert.deepEqual(
        bench.toModel("response.create").map(({ response }) => response.instructions),
        [PROMPTS.farewell.voicemail],
      );
    });

    it("does not take a message for left that was never spoken", () => {
      const bench = BridgeBench.greeted();
      bench.tell({ type: "close", reason: "voicemail" });
      assert.deepEqual(hangUps(bench.passTalking(30_250)), [{ type: "hangUp", reason: "assistant" }]);
    });

    it("does not take a message for left at which the model has failed, before the first word or after it", () => {
      for (const ms of [0, 400]) {
        const bench = BridgeBench.greeted();
        bench.tell({ type: "close", reason: "voicemail" });
        const last = bench.created();
        if (ms > 0) bench.speak(last, "last", ms);
        bench.done(last, ms > 0 ? [message("last", "incomplete")] : [], "failed");
        bench.play();
        assert.deepEqual(hangUps(bench.said), [{ type: "hangUp", reason: "assistant" }]);
      }
    });

    it("leaves the sentence that a spent call ends to be said by another, where the model fails at it or is late", () => {
      const failing = BridgeBench.greeted();
      failing.tell({ type: "close", reason: "spent" });
      failing.done(failing.created(), [], "failed");
      assert.deepEqual(hangUps(failing.said), [{ type: "hangUp", reason: "unsaid" }]);

      const late = BridgeBench.greeted();
      late.tell({ type: "close", reason: "spent" });
      assert.deepEqual(hangUps(late.passTalking(10_250)), [{ type: "hangUp", reason: "unsaid" }]);
    });

    it("is said once: a farewell that has begun stays the last", () => {
      const { bench } = ending("end_call");
      bench.forget();
      bench.tell({ type: "close", reason: "spent" });
      assert.deepEqual(bench.said, []);
    });
  });

  describe("a tool of the server's", () => {
    it("is run once, and its output answers the call when it comes, however late", () => {
      const bench = BridgeBench.greeted();
      const call = { callId: "call_look_up", name: "look_up", arguments: "{}" };
      const answer = bench.created(true);
      bench.done(answer, [toolCall("look_up"), toolCall("look_up")]);
      assert.deepEqual(
        bench.said.filter(({ type }) => type === "runTool"),
        [{ type: "runTool", call }],
      );
      assert.deepEqual(bench.toModel("response.create"), [], "the model waits for the output");
      bench.passTalking(9_000);
      bench.tell({ type: "toolOutput", callId: "call_look_up", output: { found: 3 } });
      assert.deepEqual(JSON.parse(outputOf(bench)), { found: 3 });
      assert.equal(bench.toModel("response.create").length, 1);
    });

    it("is run although the caller has interrupted: they wanted it before", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "words", 500);
      bench.model(SPEECH_STARTED);
      bench.done(answer, [message("words", "incomplete"), toolCall("look_up")], "cancelled");
      assert.equal(bench.said.filter(({ type }) => type === "runTool").length, 1);
    });

    it("brings no more words into a farewell", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "bye", 400);
      bench.done(answer, [message("bye"), toolCall("look_up"), toolCall("end_call")]);
      bench.tell({ type: "toolOutput", callId: "call_look_up", output: {} });
      bench.play();
      assert.deepEqual(bench.toModel("response.create"), []);
      assert.deepEqual(hangUps(bench.said), [{ type: "hangUp", reason: "assistant" }]);
    });
  });

  describe("when the model ends the call", () => {
    for (const [tool, reason] of [
      ["end_call", "assistant"],
      ["transfer_to_human", "transferred"],
    ] as const) {
      it(`${tool}: hangs up when its last words were heard, not before`, () => {
        const { bench } = ending(tool);
        assert.deepEqual(
          eventsOf(bench.said, "conversation.item.create").map(({ item }) => item),
          [{ type: "function_call_output", call_id: `call_${tool}`, output: outputOf(bench) }],
        );
        bench.play(2);
        assert.deepEqual(hangUps(bench.said), []);
        bench.play();
        assert.deepEqual(bench.said.at(-1), { type: "hangUp", reason });
        assert.deepEqual(bench.toModel("response.create"), []);
      });

      it(`${tool} without a word: one short farewell is asked for first`, () => {
        const bench = BridgeBench.greeted();
        bench.done(bench.created(true), [toolCall(tool)]);
        const [create] = bench.toModel("response.create");
        assert.equal(create?.response.instructions, PROMPTS.farewell[reason]);
        assert.equal(create?.response.tool_choice, "none");
        const farewell = bench.created();
        bench.speak(farewell, "bye", 500);
        bench.done(farewell, [message("bye")]);
        assert.deepEqual(hangUps(bench.said), []);
        bench.play();
        assert.deepEqual(hangUps(bench.said), [{ type: "hangUp", reason }]);
        assert.equal(bench.toModel("response.create").length, 1);
      });
    }

    it("hangs up at once where its words were heard by then", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "bye", 100);
      bench.model({ type: "response.output_item.done", item: message("bye") });
      bench.play();
      assert.equal(bench.done(answer, [message("bye"), toolCall("end_call")]).at(-1)?.type, "hangUp");
    });

    it("does not wait for marks for ever: what is unplayed and 3 s", () => {
      const { bench } = ending("end_call", 2_000);
      assert.deepEqual(hangUps(bench.pass(4_750)), []);
      assert.equal(hangUps(bench.pass(250)).length, 1);
    });

    it("does not wait for a farewell for ever that never comes, or fails", () => {
      const silent = BridgeBench.greeted();
      silent.done(silent.created(true), [toolCall("end_call")]);
      assert.equal(hangUps(silent.pass(10_250)).length, 1);

      const failing = BridgeBench.greeted();
      failing.done(failing.created(true), [toolCall("end_call")]);
      assert.equal(hangUps(failing.done(failing.created(), [], "failed")).length, 1);
    });

    it("lets the caller talk into the farewell: it is neither cut nor answered, and the call ends", () => {
      const { bench } = ending("end_call");
      assert.deepEqual(
        bench
          .toModel("session.update")
          .map(({ session }) => JSON.stringify(session).includes('"create_response":false')),
        [true],
      );
      bench.forget();
      bench.model(SPEECH_STARTED);
      assert.deepEqual(bench.said, []);
      bench.model(SPEECH_STOPPED);
      const revival = bench.created(true);
      assert.equal(bench.toModel("response.cancel")[0]?.response_id, revival);
      assert.deepEqual(bytesOf(bench.speak(revival, "revival", 400), "sendMedia"), []);
      bench.done(revival, [message("revival", "incomplete"), toolCall("end_call", "again")], "cancelled");
      press(bench, "1#");
      assert.deepEqual(bench.toModel("response.create"), []);
      assert.deepEqual(hangUps(bench.pass(3_750)).length, 1);
    });

    it("says the farewell although the caller is speaking, and although a response stood in its way", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.done(answer, [toolCall("end_call")]);
      const event_id = bench.toModel("response.create")[0]?.event_id;
      const own = bench.created(true);
      bench.model({ type: "error", error: { code: "conversation_already_has_active_response", event_id } });
      bench.model(SPEECH_STARTED);
      bench.created(true);
      bench.done("resp_4", [], "cancelled");
      bench.done(own, [], "cancelled");
      assert.equal(bench.toModel("response.create").length, 2);
      assert.equal(bench.toModel("response.create")[1]?.response.instructions, PROMPTS.farewell.assistant);
      const farewell = bench.created();
      assert.ok(bytesOf(bench.speak(farewell, "bye", 200), "sendMedia").length > 0);
    });

    it("is void where the caller has interrupted the response that wanted it; the call gets its output", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "bye", 500);
      bench.model(SPEECH_STARTED);
      bench.done(answer, [message("bye", "incomplete"), toolCall("end_call")], "cancelled");
      assert.match(outputOf(bench), /interrupted/);
      bench.play();
      bench.passTalking(20_000);
      assert.deepEqual(hangUps(bench.said), []);
    });

    it("answers a tool that there is none of with an error, and lets the model go on", () => {
      const bench = BridgeBench.greeted({ canTransfer: false });
      bench.done(bench.created(true), [toolCall("transfer_to_human"), toolCall("buy_shares")]);
      assert.equal(eventsOf(bench.said, "conversation.item.create").length, 2);
      assert.match(outputOf(bench), /no such tool/);
      assert.equal(bench.toModel("response.create").length, 1);
      bench.passTalking(20_000);
      assert.deepEqual(hangUps(bench.said), []);
    });

    it("takes a call that is told twice, or was broken off, for one or none", () => {
      const bench = BridgeBench.greeted();
      bench.done(bench.created(true), [
        toolCall("x"),
        toolCall("x"),
        toolCall("end_call", "c", "incomplete"),
      ]);
      bench.done(bench.created(), [toolCall("x")]);
      assert.equal(bench.toModel("conversation.item.create").length, 1);
    });

    it("is void as well where the model had finished before the cancellation reached it", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "bye", 500);
      bench.model(SPEECH_STARTED);
      bench.done(answer, [message("bye"), toolCall("end_call")]);
      assert.match(outputOf(bench), /interrupted/);
      bench.passTalking(20_000);
      assert.deepEqual(hangUps(bench.said), []);
    });

    it("lets a long farewell be heard to its end", () => {
      const bench = BridgeBench.greeted();
      bench.done(bench.created(true), [toolCall("end_call")]);
      const farewell = bench.created();
      bench.speak(farewell, "bye", 12_000);
      bench.done(farewell, [message("bye")]);
      assert.deepEqual(hangUps(bench.passTalking(14_750)), []);
      assert.equal(hangUps(bench.passTalking(250)).length, 1);
    });

    it("is not put off by an end that is told again and again", () => {
      const bench = BridgeBench.greeted();
      bench.done(bench.created(true), [toolCall("end_call")]);
      const farewell = bench.created();
      bench.speak(farewell, "bye", 1_000);
      for (let told = 0; told < 20; told += 1) {
        bench.done(farewell, [message("bye")]);
        bench.passTalking(250);
      }
      assert.equal(hangUps(bench.said).length, 1);
    });

    it("does not wait for what was cleared before", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "a", 60_000);
      bench.model(SPEECH_STARTED);
      bench.model(SPEECH_STOPPED);
      bench.done(answer, [], "cancelled");
      const last = bench.created(true);
      bench.speak(last, "bye", 500);
      bench.done(last, [message("bye"), toolCall("end_call")]);
      assert.equal(hangUps(bench.passTalking(3_500)).length, 1);
    });

    it("asks for nothing more of what was wanted, refused or called meanwhile", () => {
      const bench = BridgeBench.greeted();
      press(bench, "1#");
      const event_id = bench.toModel("response.create")[0]?.event_id;
      const answer = bench.created(true);
      press(bench, "2#");
      bench.speak(answer, "bye", 1_000);
      bench.done(answer, [message("bye"), toolCall("end_call")]);
      bench.forget();
      press(bench, "3#");
      bench.model({ type: "error", error: { code: "conversation_already_has_active_response", event_id } });
      bench.done(bench.created(true), [toolCall("buy_shares")]);
      bench.pass(3_000);
      assert.deepEqual(bench.types(), ["response.cancel", "conversation.item.create"]);
      assert.equal(hangUps(bench.pass(1_000)).length, 1);
    });

    it("hangs up once, whatever comes after, for the reason that came first", () => {
      const bench = BridgeBench.greeted();
      const answer = bench.created(true);
      bench.speak(answer, "bye", 300);
      bench.done(answer, [message("bye"), toolCall("transfer_to_human"), toolCall("end_call")]);
      assert.equal(eventsOf(bench.said, "conversation.item.create").length, 2);
      bench.play();
      bench.play();
      bench.pass(60_000);
      assert.deepEqual(hangUps(bench.said), [{ type: "hangUp", reason: "transferred" }]);
    });
  });

  it("at the end of the stream tells what was sent and never heard", () => {
    const bench = BridgeBench.greeted();
    const answer = bench.created(true);
    bench.speak(answer, "a", 500);
    bench.done(answer, [message("a")]);
    bench.play(1);
    bench.tell({ type: "media", payload: muLaw(100) });
    assert.deepEqual(bench.bridge.finish(), [{ type: "cutOff", itemId: "a", heardMs: 300 }]);
    assert.deepEqual(bench.tell({ type: "media", payload: muLaw(20) }), []);
  });
});

function press(bench: BridgeBench, keys: string): void {
  for (const digit of keys) bench.tell({ type: "dtmf", digit });
}

/** A response that has said so much and called the tool, of which nothing was played yet. */
function ending(tool: string, ms = 600) {
  const bench = BridgeBench.greeted();
  const answer = bench.created(true);
  bench.speak(answer, "bye", ms);
  bench.done(answer, [message("bye"), toolCall(tool)]);
  return { bench, answer };
}

function outputOf(bench: BridgeBench): string {
  const { item } = eventsOf(bench.said, "conversation.item.create")[0] ?? { item: {} };
  return (item as { output?: string }).output ?? "";
}
