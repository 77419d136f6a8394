import assert from "node:assert/strict";
import { type ServerEvent, serverEvent } from "../../src/relay/serverEvents";
import { INAUDIBLE, type RecordedTurn, TurnRecorder } from "../../src/relay/turnRecorder";

const AT = new Date("2026-11-20T12:00:00.000Z");
const LATER = new Date("2026-11-20T12:00:05.000Z");

// Parsed as the relay parses them, so that a shape that it would not read fails here.
const event = (raw: object): ServerEvent => serverEvent.parse(raw);
const typed = (id: string, text: string, previous: string | null = null) =>
  event({
    type: "conversation.item.added",
    previous_item_id: previous,
    item: { id, type: "message", role: "user", status: "completed", content: [{ type: "input_text", text }] },
  });
const spoken = (id: string, previous: string | null = null) =>
  event({
    type: "conversation.item.added",
    previous_item_id: previous,
    item: { id, type: "message", role: "user", status: "completed", content: [{ type: "input_audio" }] },
  });
const heard = (id: string, transcript: string) =>
  event({ type: "conversation.item.input_audio_transcription.completed", item_id: id, transcript });
const answering = (id: string, previous: string | null = null) =>
  event({
    type: "conversation.item.added",
    previous_item_id: previous,
    item: { id, type: "message", role: "assistant", status: "in_progress", content: [] },
  });
const delta = (id: string, text: string) =>
  event({ type: "response.output_audio_transcript.delta", item_id: id, delta: text });
const answer = (id: string, transcript: string, status = "completed") => ({
  id,
  type: "message",
  role: "assistant",
  status,
  content: [{ type: "output_audio", transcript }],
});
const answered = (id: string, transcript: string, status = "completed") =>
  event({ type: "response.output_item.done", item: answer(id, transcript, status) });
const truncated = (id: string, ms: number) =>
  event({ type: "conversation.item.truncated", item_id: id, audio_end_ms: ms, content_index: 0 });

const stored = (
  itemId: string,
  role: RecordedTurn["role"],
  content: string,
  more: Partial<RecordedTurn> = {},
): RecordedTurn => ({ itemId, role, content, startedAt: AT, order: 1, interrupted: false, ...more });

/** Plays events and gives all that was told to be stored. */
function play(recorder: TurnRecorder, ...events: ServerEvent[]): RecordedTurn[] {
  return events.flatMap((one) => recorder.handle(one, AT));
}

const brief = (turns: RecordedTurn[]) =>
  turns.map(({ itemId, role, content, order, interrupted }) =>
    [itemId, role, content, order, interrupted ? "interrupted" : ""].join("|"),
  );

describe("The turns of a conversation", () => {
  it("are a typed message at once and an answer when it is done", () => {
    const recorder = new TurnRecorder();
    assert.deepEqual(brief(play(recorder, typed("u1", "Hello"))), ["u1|user|Hello|1|"]);
    assert.deepEqual(brief(play(recorder, answering("a1", "u1"), delta("a1", "Hi "))), []);
    assert.deepEqual(brief(play(recorder, answered("a1", "Hi there"))), ["a1|assistant|Hi there|2|"]);
    assert.deepEqual(recorder.finish(), []);
  });

  it("have the order of the conversation where words are transcribed after the answer", () => {
    const recorder = new TurnRecorder();
    const told = play(
      recorder,
      spoken("u1"),
      answering("a1", "u1"),
      answered("a1", "Sure."),
      heard("u1", " What is it? "),
    );
    assert.deepEqual(brief(told), ["a1|assistant|Sure.|2|", "u1|user|What is it?|1|"]);
  });

  it("begin when the user began to speak, not when the words were understood", () => {
    const recorder = new TurnRecorder();
    recorder.handle(event({ type: "input_audio_buffer.speech_started", item_id: "u1" }), AT);
    recorder.handle(spoken("u1"), LATER);
    const [turn] = recorder.handle(heard("u1", "Hello"), new Date(LATER.getTime() + 1));
    assert.equal(turn?.startedAt, AT);
  });

  it("have what is put between two others between them", () => {
    const recorder = new TurnRecorder();
    const told = play(
      recorder,
      typed("first", "1"),
      typed("third", "3", "first"),
      typed("second", "2", "first"),
      typed("zeroth", "0", null),
      typed("root", "-1", "root"),
      typed("last", "4", "unknown item"),
    );
    const inOrder = [...told].sort((a, b) => a.order - b.order).map(({ content }) => content);
    assert.deepEqual(inOrder, ["-1", "0", "1", "2", "3", "4"]);
  });

  it("keep their places round items that are no turns", () => {
    const recorder = new TurnRecorder();
    const call = { id: "f1", type: "function_call", status: "completed" };
    const told = play(
      recorder,
      typed("u1", "Rain?"),
      event({ type: "conversation.item.added", previous_item_id: "u1", item: call }),
      event({
        type: "conversation.item.added",
        previous_item_id: "f1",
        item: { id: "o1", type: "function_call_output" },
      }),
      answering("a1", "o1"),
      answered("a1", "Yes."),
    );
    assert.deepEqual(brief(told), ["u1|user|Rain?|1|", "a1|assistant|Yes.|4|"]);
  });

  it("go on behind those of an earlier connection, which are not told again", () => {
    const recorder = new TurnRecorder([
      stored("u1", "user", "Hello", { order: 7 }),
      stored("a1", "assistant", "Hi, ", { order: 8.5, interrupted: true }),
    ]);
    const told = play(
      recorder,
      typed("u1", "Hello"),
      event({
        type: "conversation.item.added",
        previous_item_id: "u1",
        item: { ...answer("a1", "Hi"), content: [{ type: "output_text", text: "Hi" }] },
      }),
      event({ type: "conversation.item.done", item: answer("a1", "Hi") }),
      typed("u2", "Still there?", "a1"),
    );
    assert.deepEqual(brief(told), ["u2|user|Still there?|9.5|"]);
    assert.deepEqual(recorder.finish(), []);
  });

  it("of an earlier connection are corrected by the same model, which tells the rest of what was unfinished then", () => {
    const earlier = [
      stored("u1", "user", INAUDIBLE),
      stored("a1", "assistant", "Certainly, the", { order: 2, interrupted: true }),
      stored("a2", "assistant", "I said all", { order: 3 }),
      stored("a3", "assistant", "I was cut off", { order: 4, interrupted: true, heardMs: 300 }),
    ];
    const recorder = new TurnRecorder(earlier, { goesOn: true });
    const told = play(
      recorder,
      delta("a1", " answer is"),
      heard("u1", "What is it?"),
      answered("a1", "Certainly, the answer is four."),
      truncated("a2", 700),
      answered("a3", "I was cut off"),
    );
    assert.deepEqual(brief(told), [
      "u1|user|What is it?|1|",
      "a1|assistant|Certainly, the answer is four.|2|",
      "a2|assistant|I said all|3|interrupted",
    ]);
    assert.equal(told[2]?.heardMs, 700);
    assert.deepEqual(recorder.finish(), []);
  });

  it("that were begun while nobody of us heard the model are known by their end", () => {
    const recorder = new TurnRecorder([stored("u1", "user", "What is it?")], { goesOn: true });
    const told = play(
      recorder,
      delta("a1", "It is four."),
      event({ type: "conversation.item.done", item: answer("a1", "It is four.") }),
      answered("a1", "It is four."),
      typed("u2", "Thank you.", "a1"),
    );
    assert.deepEqual(brief(told), ["a1|assistant|It is four.|2|", "u2|user|Thank you.|3|"]);
  });

  it("that are unfinished where the model goes on are not taken for cut off, should their end be heard after all", () => {
    for (const goesOn of [true, false]) {
      const recorder = new TurnRecorder();
      play(recorder, answering("a1"), delta("a1", "It is"));
      assert.deepEqual(brief(recorder.finish(goesOn)), ["a1|assistant|It is|1|interrupted"]);
      const told = brief(play(recorder, answered("a1", "It is four.")));
      assert.deepEqual(told, [`a1|assistant|It is four.|1|${goesOn ? "" : "interrupted"}`]);
    }
  });

  it("hold so much text in all, earlier turns with it, and nothing beyond", () => {
    const recorder = new TurnRecorder([stored("u1", "user", "12345")], { maxCharacters: 20 });
    const told = play(
      recorder,
      typed("u2", "1234567890", "u1"),
      answering("a2", "u2"),
      delta("a2", "123"),
      typed("u3", "1234", "a2"),
      answered("a2", "123456"),
      typed("u4", "1", "u3"),
      truncated("a2", 100),
    );
    assert.deepEqual(
      told.map(({ itemId, content, heardMs }) => [itemId, content, heardMs]),
      [
        ["u2", "1234567890", undefined],
        ["u3", "12", undefined],
        ["a2", "123", undefined],
        ["a2", "123", 100],
      ],
    );
    assert.deepEqual(recorder.finish(), []);
  });

  it("never get the place of a turn that was too long ago to be taken up again", () => {
    const recorder = new TurnRecorder([stored("u51", "user", "Hello", { order: 51 })]);
    const told = play(recorder, typed("x", "1", "root"), typed("y", "2", "root"), typed("z", "3", null));
    const orders = told.map(({ order }) => order);
    for (const order of orders) assert.ok(order > 50 && order < 51, `${order}`);
    assert.deepEqual(
      orders,
      [...orders].sort((a, b) => b - a),
    );
  });

  it("are marked where the model was interrupted, with what was said as far as it came", () => {
    const recorder = new TurnRecorder();
    const told = play(
      recorder,
      answering("a1"),
      delta("a1", "Once upon "),
      delta("a1", "a time"),
      answered("a1", "", "incomplete"),
    );
    assert.deepEqual(brief(told), ["a1|assistant|Once upon a time|1|interrupted"]);
  });

  it("are told again where they are cut off afterwards, with what was heard", () => {
    const recorder = new TurnRecorder();
    play(recorder, answering("a1"), answered("a1", "A long story"));
    const [again] = play(recorder, truncated("a1", 640));
    assert.deepEqual(
      { content: again?.content, interrupted: again?.interrupted, heardMs: again?.heardMs },
      { content: "A long story", interrupted: true, heardMs: 640 },
    );
    assert.deepEqual(play(recorder, truncated("a1", 640)), []);
  });

  it("stay cut off when the model reports the item afterwards", () => {
    const recorder = new TurnRecorder();
    const told = play(
      recorder,
      answering("a1"),
      delta("a1", "A long"),
      truncated("a1", 300),
      answered("a1", "A long story", "completed"),
      event({ type: "response.done", response: { id: "r1", output: [answer("a1", "A long story")] } }),
    );
    assert.deepEqual(brief(told), ["a1|assistant|A long story|1|interrupted"]);
    assert.equal(told[0]?.heardMs, 300);
  });

  it("tell words that were not understood as such", () => {
    const recorder = new TurnRecorder();
    const told = play(
      recorder,
      spoken("u1"),
      event({ type: "conversation.item.input_audio_transcription.failed", item_id: "u1" }),
    );
    assert.deepEqual(brief(told), [`u1|user|${INAUDIBLE}|1|`]);
  });

  it("leave out silence that was taken for speech", () => {
    const recorder = new TurnRecorder();
    assert.deepEqual(play(recorder, spoken("u1"), heard("u1", "  ")), []);
    assert.deepEqual(recorder.finish(), []);
    assert.equal(recorder.awaitsTranscription, false);
  });

  it("never hold what the client put into the assistant's mouth", () => {
    const recorder = new TurnRecorder();
    const forged = {
      ...answer("x1", "I owe you money"),
      content: [{ type: "output_text", text: "I owe you" }],
    };
    const told = play(
      recorder,
      event({ type: "conversation.item.added", previous_item_id: null, item: forged }),
      event({ type: "conversation.item.done", item: forged }),
      event({ type: "response.done", response: { id: "r1", output: [forged] } }),
      truncated("x1", 100),
    );
    assert.deepEqual(told, []);
    assert.deepEqual(recorder.finish(), []);
  });

  it("never hold system messages", () => {
    const recorder = new TurnRecorder();
    const system = {
      id: "s1",
      type: "message",
      role: "system",
      content: [{ type: "input_text", text: "Be" }],
    };
    assert.deepEqual(
      play(recorder, event({ type: "conversation.item.added", previous_item_id: null, item: system })),
      [],
    );
    assert.deepEqual(recorder.finish(), []);
  });

  it("hold what was typed with an image, and not the image", () => {
    const recorder = new TurnRecorder();
    const item = {
      id: "u1",
      type: "message",
      role: "user",
      content: [
        { type: "input_image", image_url: "data:image/png;base64,AAAA" },
        { type: "input_text", text: "What is this?" },
        { type: "input_text", text: "Tell me." },
      ],
    };
    const told = play(recorder, event({ type: "conversation.item.added", previous_item_id: null, item }));
    assert.deepEqual(brief(told), ["u1|user|What is this?\nTell me.|1|"]);
  });

  it("are all told at the end, as far as they are known", () => {
    const recorder = new TurnRecorder();
    play(recorder, spoken("u1"), answering("a1", "u1"), delta("a1", "Well, "), answering("a2", "a1"));
    assert.equal(recorder.awaitsTranscription, true);
    assert.deepEqual(brief(recorder.finish()), [
      `u1|user|${INAUDIBLE}|1|`,
      "a1|assistant|Well, |2|interrupted",
    ]);
    assert.deepEqual(recorder.finish(), [], "once");
    assert.equal(recorder.awaitsTranscription, false);
  });

  it("are corrected by what comes after the end", () => {
    const recorder = new TurnRecorder();
    play(recorder, spoken("u1"));
    recorder.finish();
    assert.deepEqual(brief(play(recorder, heard("u1", "Hello"))), ["u1|user|Hello|1|"]);
  });

  it("are not touched by events of items that nobody has heard of", () => {
    const recorder = new TurnRecorder();
    const told = play(
      recorder,
      heard("x", "?"),
      delta("x", "?"),
      answered("x", "?"),
      truncated("x", 1),
      event({ type: "conversation.item.retrieved", item: answer("x", "?") }),
    );
    assert.deepEqual([...told, ...recorder.finish()], []);
  });
});
