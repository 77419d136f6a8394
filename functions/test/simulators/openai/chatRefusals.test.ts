import assert from "node:assert/strict";
import OpenAI, { APIError } from "openai";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";

const hello = { role: "user", content: "Hello" };
const called = { role: "assistant", tool_calls: [{ id: "call_1", type: "function", function: {} }] };
const ASK = { model: "gpt-5.4-mini", messages: [hello] };

describe("Requests that OpenAI would not take", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;

  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 0 } });
  });
  after(() => simulator.stop());

  async function refusalOf(path: string, body: unknown, apiKey = "sk-test-1234"): Promise<APIError> {
    const openai = new OpenAI({ apiKey, baseURL: simulator.url, maxRetries: 0 });
    try {
      await openai.post(path, { body: body as object });
    } catch (error) {
      assert.ok(error instanceof APIError, String(error));
      return error;
    }
    return assert.fail("it was taken");
  }

  type Case = [title: string, fields: object, status: number, code: string | null, param: string | null];
  const chat: Case[] = [
    ["an unknown model", { model: "gpt-9" }, 404, "model_not_found", null],
    ["no messages", { messages: undefined }, 400, "missing_required_parameter", "messages"],
    ["empty messages", { messages: [] }, 400, "empty_array", "messages"],
    [
      "an unknown role",
      { messages: [{ role: "boss", content: "" }] },
      400,
      "invalid_value",
      "messages[0].role",
    ],
    [
      "a message without content",
      { messages: [hello, { role: "user" }] },
      400,
      "invalid_type",
      "messages[1].content",
    ],
    [
      "content of an unknown type",
      { messages: [{ role: "user", content: [{ type: "smell" }] }] },
      400,
      "invalid_value",
      "messages[0].content[0].type",
    ],
    [
      "a tool's output without a call",
      { messages: [hello, { role: "tool", tool_call_id: "x", content: "" }] },
      400,
      null,
      "messages.[1].role",
    ],
    ["a call without its output", { messages: [hello, called, hello] }, 400, null, "messages.[2].role"],
    ["an unknown field", { temprature: 1 }, 400, "unknown_parameter", "temprature"],
    ["max_tokens of a newer model", { max_tokens: 5 }, 400, "unsupported_parameter", "max_tokens"],
    [
      "max_tokens of a reasoning model",
      { model: "o3", max_tokens: 5 },
      400,
      "unsupported_parameter",
      "max_tokens",
    ],
    [
      "no tokens at all",
      { max_completion_tokens: 0 },
      400,
      "integer_below_min_value",
      "max_completion_tokens",
    ],
    ["a temperature of 2.5", { temperature: 2.5 }, 400, "decimal_above_max_value", "temperature"],
    ["a temperature of gpt-5", { model: "gpt-5", temperature: 0.5 }, 400, "unsupported_value", "temperature"],
    ["stream_options without a stream", { stream_options: {} }, 400, null, "stream_options"],
    ["stream that is no boolean", { stream: "yes" }, 400, "invalid_type", "stream"],
  ];
  for (const [title, fields, status, code, param] of chat) {
    it(`are refused for ${title}`, async () => {
      const error = await refusalOf("/chat/completions", { ...ASK, ...fields });
      assert.deepEqual([error.status, error.code, error.param], [status, code, param], error.message);
      assert.equal(error.type, "invalid_request_error");
      assert.match(error.requestID ?? "", /^req_/);
    });
  }

  it("for max_tokens name what to use instead", async () => {
    const { message } = await refusalOf("/chat/completions", { ...ASK, max_tokens: 5 });
    assert.match(message, /'max_tokens' is not supported with this model. Use 'max_completion_tokens'/);
  });

  const SPEAK = { model: "gpt-4o-mini-tts", voice: "alloy", input: "Hello" };
  const speech: [title: string, fields: object, status: number, message: RegExp][] = [
    ["an unknown model", { model: "tts-9" }, 404, /`tts-9` does not exist/],
    ["no input", { input: undefined }, 400, /'type': 'missing', 'loc': \('body', 'input'\)/],
    ["an empty input", { input: "" }, 400, /'string_too_short', 'loc': \('body', 'input'\)/],
    ["4,097 characters", { input: "é".repeat(4_097) }, 400, /at most 4096 characters/],
    [
      "an unknown voice",
      { voice: "bob" },
      400,
      /'loc': \('body', 'voice'\), 'msg': "Input should be 'alloy',/,
    ],
    ["a voice of another model", { model: "tts-1", voice: "marin" }, 400, /or 'shimmer'"/],
    ["a format it does not have", { response_format: "flac" }, 400, /'mp3', 'wav' or 'pcm'/],
    ["a speed of 5", { speed: 5 }, 400, /less than or equal to 4/],
    ["an unknown field", { loud: true }, 400, /'extra_forbidden', 'loc': \('body', 'loud'\)/],
  ];
  for (const [title, fields, status, message] of speech) {
    it(`are refused as speech for ${title}`, async () => {
      const error = await refusalOf("/audio/speech", { ...SPEAK, ...fields });
      assert.equal(error.status, status);
      assert.match(error.message, message);
      assert.equal(error.type, "invalid_request_error");
    });
  }

  for (const [path, body] of [
    ["/chat/completions", ASK],
    ["/audio/speech", SPEAK],
  ] as const) {
    it(`are refused at ${path} with a key that is none, another method or no JSON`, async () => {
      const error = await refusalOf(path, body, "nonsense-key");
      assert.deepEqual([error.status, error.code], [401, "invalid_api_key"]);
      assert.equal((await fetch(simulator.url + path, { method: "POST" })).status, 401);
      const wrong = await fetch(simulator.url + path);
      assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "POST"]);
      const headers = { Authorization: "Bearer sk-test" };
      const bad = await fetch(simulator.url + path, { method: "POST", headers, body: "{" });
      assert.equal(bad.status, 400);
    });
  }
});
