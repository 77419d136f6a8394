import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { createCtx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import { sessions, turns } from "../../src/voice/store";
import { appends, Probe, userText } from "../simulators/openai/probe";
import { silence, speech } from "../simulators/openai/sounds";
import { eventually } from "../support/eventually";
import { resetSimulator, setSimulator } from "../support/openAiControl";
import { savedItems } from "../support/relayProcess";
import { type SignedInUser, signedInUser } from "../support/signedInUser";
import { fromStack } from "../support/stackEnvironment";

const STORY = "There was a lighthouse that nobody had lit for a hundred years, and yet it shone. ".repeat(20);
const KEY_PROTOCOL = "openai-insecure-api-key.";

interface Connected {
  wsUrl: string;
  sessionId: string;
}

describe("A conversation through the relay of the stack", () => {
  let user: SignedInUser;
  beforeEach(async () => {
    user = await signedInUser();
  });
  afterEach(() => user.signOut());
  after(() => resetSimulator());

  const connect = () => user.call<Connected>("connectVoice", { sessionId: newId(), userId: user.uid });
  const ticketOf = ({ wsUrl }: Connected) => new URL(wsUrl).searchParams.get("ticket") ?? "";

  it("is stored as it was spoken, in order, the interruption marked, each turn told, and its usage added up", async () => {
    await setSimulator({
      script: {
        turns: [
          { heard: "Tell me about the lighthouse.", reply: STORY },
          { heard: "Stop, what is the time?", reply: "It is noon." },
          { reply: "Goodbye." },
        ],
      },
      pace: { firstAudioMs: 10, realTimeFactor: 4 },
    });
    const connected = await connect();
    const client = await Probe.open(connected.wsUrl, "", { Authorization: "" });
    await client.next("session.updated");
    const say = () => {
      for (const event of appends(Buffer.concat([speech("one two three"), silence(1_200)])))
        client.send(event);
    };
    say();
    const { item_id: story } = await client.next("response.output_audio.delta");
    say();
    await client.next("input_audio_buffer.speech_started");
    const cut = await client.next("response.done");
    assert.equal(cut.response.status, "cancelled");
    client.send({ type: "conversation.item.truncate", item_id: story, content_index: 0, audio_end_ms: 40 });
    const answer = await client.next("response.done");
    client.send(userText("Goodbye then."));
    client.send({ type: "response.create" });
    const last = await client.next("response.done");
    await eventually(async () => assert.equal(new Set(savedItems(client)).size, 6));

    const stored = await turnsOf(connected.sessionId);
    assert.deepEqual(
      stored.map(({ role, interrupted, heardMs }) => [role, interrupted, heardMs]),
      [
        ["user", false, undefined],
        ["assistant", true, 40],
        ["user", false, undefined],
        ["assistant", false, undefined],
        ["user", false, undefined],
        ["assistant", false, undefined],
      ],
    );
    const [question, , ...rest] = stored.map(({ content }) => content);
    assert.deepEqual(
      [question, ...rest],
      [
        "Tell me about the lighthouse.",
        "Stop, what is the time?",
        "It is noon.",
        "Goodbye then.",
        "Goodbye.",
      ],
    );
    assert.equal(stored[1]?.itemId, story);
    assert.deepEqual(new Set(savedItems(client)), new Set(stored.map(({ itemId }) => itemId)));

    await user.call("endVoiceSession", { sessionId: connected.sessionId });
    assert.equal((await client.closed).code, 1000);
    const session = await eventually(async () => {
      const current = (await sessions(createCtx().db).doc(connected.sessionId).get()).data();
      assert.equal(current?.usage?.responses, 3);
      return current;
    });
    const used = [cut, answer, last].map(({ response }) => response.usage);
    const sum = (of: (usage: (typeof used)[number]) => number | undefined) =>
      used.reduce((total, usage) => total + (of(usage) ?? 0), 0);
    const { costUsd, responses, ...tokens } = session?.usage ?? { costUsd: null, responses: 0 };
    assert.deepEqual(tokens, {
      textIn: sum((usage) => usage?.input_token_details?.text_tokens),
      textCachedIn: sum((usage) => usage?.input_token_details?.cached_tokens_details?.text_tokens),
      textOut: sum((usage) => usage?.output_token_details?.text_tokens),
      audioIn: sum((usage) => usage?.input_token_details?.audio_tokens),
      audioCachedIn: sum((usage) => usage?.input_token_details?.cached_tokens_details?.audio_tokens),
      audioOut: sum((usage) => usage?.output_token_details?.audio_tokens),
    });
    assert.ok(sum((usage) => usage?.output_token_details?.audio_tokens) > 0);
    assert.ok((costUsd ?? 0) > 0);
    const transcript = await eventually(async () => {
      const read = await user.call<{
        complete: boolean;
        messages: { itemId?: string; interrupted?: boolean }[];
      }>("getVoiceTranscript", { sessionId: connected.sessionId });
      assert.ok(read.complete);
      return read;
    });
    assert.deepEqual(
      transcript.messages.map(({ itemId, interrupted }) => [itemId, interrupted ?? false]),
      stored.map(({ itemId, interrupted }) => [itemId, interrupted]),
    );
  });

  for (const path of ["/api/realtime", "/v1/realtime"]) {
    const forms: [
      string,
      () => Promise<{ url: string; protocols?: string[]; bearer?: string; held?: string }>,
    ][] = [
      [
        "a ticket in the query",
        async () => {
          const connected = await connect();
          return { url: `${path}${new URL(connected.wsUrl).search}`, held: connected.sessionId };
        },
      ],
      [
        "a ticket as bearer",
        async () => {
          const connected = await connect();
          return { url: path, bearer: ticketOf(connected), held: connected.sessionId };
        },
      ],
      [
        "a ticket as subprotocol",
        async () => {
          const connected = await connect();
          return {
            url: path,
            protocols: ["realtime", KEY_PROTOCOL + ticketOf(connected)],
            held: connected.sessionId,
          };
        },
      ],
      [
        "an ID token for one's own open session",
        async () => {
          const { sessionId } = await connect();
          return { url: `${path}?sessionId=${sessionId}`, bearer: user.idToken, held: sessionId };
        },
      ],
      [
        "an ID token for a new session of that id",
        async () => {
          const sessionId = newId();
          return { url: `${path}?sessionId=${sessionId}`, bearer: user.idToken, held: sessionId };
        },
      ],
      ["an ID token alone", async () => ({ url: path, bearer: user.idToken })],
      [
        "an ID token as subprotocol",
        async () => ({ url: path, protocols: ["realtime", KEY_PROTOCOL + user.idToken] }),
      ],
    ];
    for (const [what, form] of forms) {
      it(`is held at ${path} with ${what}, and belongs to that user`, async () => {
        await setSimulator({ pace: { firstAudioMs: 5, realTimeFactor: 100 } });
        const { url, protocols = [], bearer, held } = await form();
        const socket = new WebSocket(`${fromStack("RELAY_URL")}${url}`, protocols, {
          headers: bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` },
        });
        const client = Probe.on(socket);
        await client.next("session.updated");
        assert.equal(socket.protocol, protocols[0] ?? "", "the key is never echoed");
        client.send(userText("Good morning."));
        client.send({ type: "response.create" });
        await client.next("response.done");
        await eventually(async () => assert.equal(savedItems(client).length, 2));
        const own = await sessions(createCtx().db).where("userId", "==", user.uid).get();
        assert.equal(own.size, 1);
        if (held) assert.equal(own.docs[0]?.id, held);
        assert.deepEqual(
          (await turnsOf(own.docs[0]?.id ?? "")).map(({ role, userId }) => [role, userId]),
          [
            ["user", user.uid],
            ["assistant", user.uid],
          ],
        );
        socket.close();
      });
    }
  }
});

async function turnsOf(sessionId: string) {
  const stored = await turns(createCtx().db, sessionId).orderBy("order").get();
  return stored.docs.map((document) => document.data());
}
