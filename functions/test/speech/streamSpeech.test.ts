import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import type { Ctx } from "../../src/core/ctx";
import type { ErrorCode } from "../../src/core/errors";
import { SPEECH_VOICES } from "../../src/providers/speech";
import type { SpeechInput } from "../../src/speech/schemas";
import { streamSpeech } from "../../src/speech/streamSpeech";
import { rejectsWith } from "../support/appError";
import { costOf } from "../support/countedFirestore";
import { eventually } from "../support/eventually";
import { decodeMp3 } from "../support/mp3";
import { testWorld } from "../support/testCtx";

const STALL_MS = 700;
const TEXT = "Hello, this is a test message. It has two sentences.";
const input = (more: Partial<SpeechInput> = {}): SpeechInput => ({ text: TEXT, voice: "alloy", ...more });
const never = () => new AbortController().signal;

describe("speech", () => {
  let model: OpenAiSimulator;
  before(async () => {
    model = await startOpenAiSimulator({ pace: { firstAudioMs: 5, realTimeFactor: 200 } });
  });
  after(() => model.stop());
  afterEach(() => {
    model.clearFaults();
    model.clearRequests();
  });

  const world = testWorld();
  let requests = 0;
  const as = (uid: string, settings: Record<string, string> = {}): Ctx => ({
    ...world.configured(
      {
        OPENAI_API_KEY: "sk-simulated-key",
        OPENAI_BASE_URL: model.url,
        OPENAI_REALTIME_API_URL: model.realtimeUrl,
        ...settings,
      },
      uid,
    ),
    requestId: `request-${requests++}`,
  });

  async function speak(ctx: Ctx, sent = input(), signal = never()) {
    const pieces: Uint8Array[] = [];
    for await (const piece of streamSpeech(ctx, sent, signal, STALL_MS)) pieces.push(...piece);
    return { pieces, mp3: Buffer.concat(pieces) };
  }

  const IMPLEMENTATIONS: [string, Record<string, string>][] = [
    ["the speech endpoint", { OPENAI_TTS_MODEL: "gpt-4o-mini-tts" }],
    ["a realtime model", { OPENAI_TTS_MODEL: "gpt-realtime-2.1-mini" }],
  ];
  for (const [name, settings] of IMPLEMENTATIONS) {
    describe(`by ${name}`, () => {
      it("is MP3 that a real decoder plays: audible, and as long as the words take", async () => {
        const { pieces, mp3 } = await speak(as(`ann ${name}`, settings));
        const { seconds, peak } = await decodeMp3(mp3);
        assert.ok(seconds > 2 && seconds < 8, `${seconds} s`);
        assert.ok(peak > 0.05, `peak ${peak}`);
        assert.ok(pieces.length > 1, "it comes in pieces");
      });

      it("has every voice", async () => {
        for (const voice of SPEECH_VOICES) {
          const { mp3 } = await speak(
            as(`user of ${voice} ${name}`, settings),
            input({ text: "Yes.", voice }),
          );
          assert.ok((await decodeMp3(mp3)).peak > 0.05, voice);
        }
      });

      it("speaks the longest text whole", async function () {
        this.timeout(60_000);
        const text = "One two three four five six seven. ".repeat(117).slice(0, 4_096);
        const short = await speak(as(`short ${name}`, settings), input({ text: text.slice(0, 1_024) }));
        const { mp3 } = await speak(as(`long ${name}`, settings), input({ text }));
        const [one, four] = [await decodeMp3(short.mp3), await decodeMp3(mp3)];
        assert.ok(Math.abs(four.seconds / one.seconds - 4) < 0.2, `${one.seconds} s and ${four.seconds} s`);
      });
    });
  }

  it("comes from a speech model until those end, and from the realtime model from that day on", async () => {
    const asked = async (ctx: Ctx) => {
      model.clearRequests();
      await speak(ctx, input({ text: "Yes." }));
      return model.requests().find(({ path }) => path === "/audio/speech")?.model ?? "realtime";
    };
    assert.equal(await asked(as("today")), "gpt-4o-mini-tts");
    assert.equal(await asked(as("older", { OPENAI_TTS_MODEL: "tts-1" })), "tts-1");
    const at = (now: string): Ctx => ({ ...as("later"), now: () => new Date(now) });
    assert.equal(await asked(at("2027-01-05T23:59:59Z")), "gpt-4o-mini-tts");
    assert.equal(await asked(at("2027-01-06T00:00:00Z")), "realtime");
  });

  it("counts what was spoken, in characters as the provider counts", async () => {
    const cost = await costOf(world.db, () => speak(as("counted"), input({ text: "😀 yes" })));
    assert.deepEqual([cost.reads, cost.writes], [1, 3]);
    const day = await world.db.doc("usageDays/counted_2026-11-20").get();
    assert.deepEqual(day.get("speech"), { requests: 1, characters: 5 });
  });

  it("20 a minute and user", async function () {
    this.timeout(20_000);
    for (let n = 0; n < 20; n += 1) await speak(as("eager"), input({ text: "Yes." }));
    await rejectsWith("rate_limited", speak(as("eager"), input({ text: "Yes." })));
  });

  it("that nobody listens to any more is aborted at the provider", async () => {
    model.setPace({ realTimeFactor: 1 });
    const leaving = new AbortController();
    const answer = streamSpeech(as("leaver"), input({ text: TEXT.repeat(20) }), leaving.signal, 5_000);
    await answer.next();
    leaving.abort();
    await assert.rejects(async () => {
      while (!(await answer.next()).done);
    });
    await eventually(async () => assert.equal(model.requests()[0]?.aborted, true));
    model.setPace({ realTimeFactor: 200 });
  });

  describe("that fails", () => {
    const SPEECH = { OPENAI_TTS_MODEL: "gpt-4o-mini-tts" };
    const REALTIME = { OPENAI_TTS_MODEL: "gpt-realtime-2.1-mini" };
    const failures: [Record<string, string>, Parameters<OpenAiSimulator["addFault"]>[0], ErrorCode][] = [
      [SPEECH, { kind: "http_401" }, "provider_unavailable"],
      [SPEECH, { kind: "http_500", times: 2 }, "provider_unavailable"],
      [SPEECH, { kind: "http_hang" }, "provider_unavailable"],
      [SPEECH, { kind: "stream_garbage", afterChunks: 0 }, "provider_failed"],
      [SPEECH, { kind: "stream_stall", afterChunks: 1 }, "provider_unavailable"],
      [SPEECH, { kind: "stream_cut", afterChunks: 1 }, "provider_failed"],
      [REALTIME, { kind: "handshake_401" }, "provider_unavailable"],
      [REALTIME, { kind: "silent", when: "response" }, "provider_unavailable"],
      [REALTIME, { kind: "malformed_event" }, "provider_failed"],
      [REALTIME, { kind: "close_mid_response", code: 1011 }, "provider_failed"],
      [REALTIME, { kind: "close_mid_response" }, "provider_failed"],
    ];
    for (const [settings, fault, code] of failures) {
      it(`by ${JSON.stringify(fault)} of ${settings.OPENAI_TTS_MODEL} is ${code}`, async function () {
        this.timeout(20_000);
        model.addFault(fault);
        const error = await rejectsWith(code, speak(as(`user of ${fault.kind} ${code}`, settings)));
        assert.match(error.safeMessage, /try again in a moment\.$/);
      });
    }
  });
});
