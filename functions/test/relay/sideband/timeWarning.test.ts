import assert from "node:assert/strict";
import { RESPONSE_IN_THE_WAY, serverEvent } from "../../../src/relay/serverEvents";
import { TimeWarning } from "../../../src/relay/sideband/timeWarning";

const DUE = 1_800_000_000_000;

interface Request {
  type: string;
  event_id: string;
  response: { instructions: string; metadata: { request: string } };
}

describe("The warning that the time is nearly up", () => {
  let warning: TimeWarning;
  beforeEach(() => {
    warning = new TimeWarning(DUE + 60_000, 60_000);
  });
  const hear = (event: object, now = DUE) => warning.handle(serverEvent.parse(event), now);
  const due = (now = DUE) => warning.due(now) as Request | undefined;
  const created = (id: string, more: object = {}) => ({
    type: "response.created",
    response: { id, ...more },
  });
  const done = (id: string, status = "completed") => ({ type: "response.done", response: { id, status } });
  const refused = (event_id: string, code: string) => ({ type: "error", error: { code, event_id } });

  it("is asked for when it is due, not before, and once it is being said not again", () => {
    assert.equal(due(DUE - 1), undefined);
    const request = due();
    assert.equal(request?.type, "response.create");
    assert.match(request.response.instructions, /one minute/);
    assert.equal(due(), undefined, "asked for already");
    hear(created("r1", { metadata: request.response.metadata }));
    hear(done("r1"));
    assert.equal(due(DUE + 30_000), undefined);
  });

  it("waits until the model has finished speaking", () => {
    hear(created("r1"), DUE - 2_000);
    assert.equal(due(), undefined);
    hear(done("r1"), DUE + 1_000);
    assert.ok(due(DUE + 1_000));
  });

  it("waits for no response beside the conversation", () => {
    hear(created("r1", { conversation_id: null }));
    assert.ok(due());
  });

  it("does not interrupt the user, nor the answer to what the user has said", () => {
    hear({ type: "input_audio_buffer.speech_started", item_id: "i1" });
    assert.equal(due(DUE + 5_000), undefined);
    hear({ type: "input_audio_buffer.speech_stopped" }, DUE + 6_000);
    assert.equal(due(DUE + 6_500), undefined);
    hear(created("r1"), DUE + 6_600);
    hear(done("r1"), DUE + 9_000);
    assert.ok(due(DUE + 9_000));
  });

  it("is said at last where speech that began is never told to stop", () => {
    hear({ type: "input_audio_buffer.speech_started", item_id: "i1" });
    assert.ok(due(DUE + 10_000));
  });

  it("is asked for again once the response that was in its way is done", () => {
    const first = due();
    assert.ok(first);
    hear(refused(first.event_id, RESPONSE_IN_THE_WAY));
    assert.equal(due(), undefined);
    hear(done("unheard of"));
    assert.notEqual(due()?.event_id, first.event_id);
  });

  it("is said again where the user has cut it off, and not for ever", () => {
    for (const id of ["r1", "r2", "r3"]) {
      const request = due();
      assert.ok(request, id);
      hear(created(id, { metadata: request.response.metadata }));
      hear(done(id, "cancelled"));
    }
    assert.equal(due(), undefined);
  });

  it("is asked for again where the connection was lost before it was said", () => {
    hear(created("r1"), DUE - 1_000);
    assert.equal(due(), undefined);
    warning.lost();
    assert.ok(due(), "the answer that was being spoken has ended unheard of");
    warning.lost();
    assert.ok(due(), "the request was lost");
  });

  it("says how much is left", () => {
    assert.match(due(DUE + 50_000)?.response.instructions ?? "", /in a few seconds/);
  });

  it("is given up where it is refused for another reason, and not for somebody else's error", () => {
    const request = due();
    assert.ok(request);
    hear(refused("the client's", "invalid_value"));
    hear(refused(request.event_id, "invalid_value"));
    hear(done("r1"));
    assert.equal(due(DUE + 1_000), undefined);
  });
});
