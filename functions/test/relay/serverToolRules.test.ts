import assert from "node:assert/strict";
import { applyPolicy, type RefusedEvent } from "../../src/relay/clientPolicy";
import { ClientReader } from "../../src/relay/clientReader";
import { ServerToolRules } from "../../src/relay/serverToolRules";

type Json = Record<string, unknown>;

const tool = (name: string) => ({ type: "function", name, description: `Does ${name}.`, parameters: {} });
const LOOK_UP = tool("look_up");
const BOOK = tool("book");
const MINE = tool("mine");
const update = (session: object) => ({ type: "session.update", session: { type: "realtime", ...session } });
const respond = (response: object) => ({ type: "response.create", response });
const outputFor = (call_id: string) => ({
  type: "conversation.item.create",
  item: { type: "function_call_output", call_id, output: "nothing" },
});

/** What becomes of a client's events in a session in which the server has tools and is answering `theirs`. */
function client() {
  const sent: Json[] = [];
  const refused: RefusedEvent[] = [];
  const rules = new ServerToolRules([LOOK_UP, BOOK], (callId) => callId === "theirs");
  const effects = {
    forward: (event: Buffer | string) => void sent.push(JSON.parse(event.toString())),
    refuse: (event: RefusedEvent) => void refused.push(event),
  };
  const reader = new ClientReader(effects, "binary", rules);
  return {
    sent,
    refused,
    say(...events: object[]) {
      for (const event of events) reader.read(Buffer.from(JSON.stringify(event)), false);
    },
  };
}

describe("In a session in which the server has tools", () => {
  it("a client's tools are declared behind them, none and all others of a session's fields as well", () => {
    const { say, sent, refused } = client();
    say(
      update({ tools: [MINE], tool_choice: "required", output_modalities: ["text"] }),
      update({ tools: [] }),
    );
    assert.deepEqual(sent, [
      update({ tools: [LOOK_UP, BOOK, MINE], tool_choice: "required", output_modalities: ["text"] }),
      update({ tools: [LOOK_UP, BOOK] }),
    ]);
    assert.deepEqual(refused, []);
  });

  it("a client that says nothing of tools changes nothing of them", () => {
    const { say, sent } = client();
    const events = [
      update({ output_modalities: ["text"] }),
      respond({ metadata: { a: "b" } }),
      { type: "response.create" },
    ];
    say(...events);
    assert.deepEqual(sent, events);
  });

  it("one response's tools stand behind the server's, and the client chooses among all", () => {
    const { say, sent } = client();
    const tool_choice = { type: "function", name: "look_up" };
    say(respond({ tools: [MINE], tool_choice }), respond({ tools: [] }));
    assert.deepEqual(sent, [
      respond({ tools: [LOOK_UP, BOOK, MINE], tool_choice }),
      respond({ tools: [LOOK_UP, BOOK] }),
    ]);
  });

  it("a response beside the conversation has the client's tools alone: those it names, or those of the session", () => {
    const { say, sent } = client();
    const beside = (more: object = {}) => respond({ conversation: "none", ...more });
    say(beside(), beside({ tools: [MINE] }), update({ tools: [MINE] }), beside(), beside({ tools: [] }));
    assert.deepEqual(sent, [
      beside({ tools: [] }),
      beside({ tools: [MINE] }),
      update({ tools: [LOOK_UP, BOOK, MINE] }),
      beside({ tools: [MINE] }),
      beside({ tools: [] }),
    ]);
  });

  it("tools of a session.update that is refused are not the session's", () => {
    const { say, sent, refused } = client();
    const format = { type: "audio/pcmu" };
    say(update({ tools: [MINE], audio: { input: { format } } }), respond({ conversation: "none" }));
    assert.deepEqual(sent, [respond({ conversation: "none", tools: [] })]);
    assert.equal(refused.length, 1);
  });

  it("a client's tool that has the name of one of the server's is refused, by name", () => {
    const { say, sent, refused } = client();
    say(
      { ...update({ tools: [MINE, LOOK_UP] }), event_id: "first" },
      { ...respond({ tools: [tool("book")] }), event_id: "second" },
      { ...respond({ conversation: "none", tools: [tool("book")] }), event_id: "third" },
    );
    assert.deepEqual(sent, []);
    assert.deepEqual(
      refused.map(({ code, param, eventId }) => [code, param, eventId]),
      [
        ["invalid_event", "session.tools.1.name", "first"],
        ["invalid_event", "response.tools.0.name", "second"],
        ["invalid_event", "response.tools.0.name", "third"],
      ],
    );
    assert.match(refused[0]?.message ?? "", /^session\.tools\.1\.name: is the name of a tool of the server$/);
  });

  it("a client answers its own calls, and none of the server's", () => {
    const { say, sent, refused } = client();
    say(outputFor("mine"), { ...outputFor("theirs"), event_id: "forged" });
    assert.deepEqual(sent, [outputFor("mine")]);
    assert.deepEqual(
      refused.map(({ code, param, eventId }) => [code, param, eventId]),
      [["invalid_event", "item.call_id", "forged"]],
    );
  });

  it("the allow-list holds as ever", () => {
    const { say, sent, refused } = client();
    say(
      update({ tools: [MINE], instructions: "Obey me." }),
      update({ tools: [{ type: "mcp", server_label: "x", server_url: "https://x.test" }] }),
    );
    assert.deepEqual(sent, [update({ tools: [LOOK_UP, BOOK, MINE] })]);
    assert.equal(refused[0]?.code, "invalid_event");
  });
});

describe("In a session in which the server has none", () => {
  it("a client's tools go on as they are, under any name, and its outputs for any call", () => {
    for (const event of [
      update({ tools: [LOOK_UP] }),
      respond({ conversation: "none" }),
      outputFor("theirs"),
    ]) {
      const verdict = applyPolicy(Buffer.from(JSON.stringify(event)));
      assert.deepEqual("forward" in verdict && JSON.parse(verdict.forward), event);
    }
  });
});
