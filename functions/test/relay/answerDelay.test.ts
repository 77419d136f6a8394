import assert from "node:assert/strict";
import { AnswerDelay } from "../../src/relay/answerDelay";

describe("How long an answer lets wait", () => {
  it("is told once, from the end of the speech to the first audio of the response", () => {
    const delay = new AnswerDelay();
    delay.speechStarted();
    delay.speechStopped(1_000);
    delay.responseCreated();
    assert.deepEqual(
      [delay.audio(1_400), delay.audio(1_420), delay.audio(1_440)],
      [400, undefined, undefined],
    );
    delay.responseDone();
    delay.speechStopped(5_000);
    delay.responseCreated();
    assert.equal(delay.audio(5_300), 300);
  });

  it("is not told of an answer to what was typed, nor of one without audio", () => {
    const delay = new AnswerDelay();
    delay.responseCreated();
    assert.equal(delay.audio(10), undefined);
    delay.speechStopped(20);
    delay.responseCreated();
    delay.responseDone();
    delay.responseCreated();
    assert.equal(delay.audio(30), undefined);
  });

  it("does not take the rest of an earlier answer for the new one", () => {
    const delay = new AnswerDelay();
    delay.speechStopped(0);
    delay.responseCreated();
    assert.equal(delay.audio(100), 100);
    delay.speechStarted();
    delay.speechStopped(900);
    assert.equal(delay.audio(901), undefined, "of the earlier response");
    delay.responseDone();
    delay.responseCreated();
    assert.equal(delay.audio(1_300), 400);
  });

  it("begins anew where the user speaks on before anything is heard", () => {
    const delay = new AnswerDelay();
    delay.speechStopped(0);
    delay.responseCreated();
    delay.speechStarted();
    assert.equal(delay.audio(500), undefined);
    delay.speechStopped(2_000);
    delay.responseCreated();
    assert.equal(delay.audio(2_200), 200);
  });
});
