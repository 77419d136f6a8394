import { setTimeout as sleep } from "node:timers/promises";
import { sendJson } from "../json.js";
import { ChunkWriter, newChatFrame, wholeCompletion } from "./chatChunks.js";
import { type ChatDelta, type ChatEnd, playReply } from "./chatDeltas.js";
import { chooseChatReply } from "./chatReply.js";
import { type ChatRequest, parseChatRequest, tokenLimit } from "./chatRequest.js";
import { type ChatScript, EMPTY_CHAT_SCRIPT } from "./chatScript.js";
import { chatUsage } from "./chatUsage.js";
import type { Exchange } from "./exchange.js";
import { OutgoingStream, type Spoilers } from "./outgoingStream.js";

type Play = Generator<ChatDelta, ChatEnd>;

const SPOILERS: Spoilers = {
  garbage: 'data: {"id":"chatcmpl-',
  error: `data: ${JSON.stringify({
    error: {
      message: "The server had an error while processing your request. Sorry about that!",
      type: "server_error",
      param: null,
      code: null,
    },
  })}\n\n`,
};

/** `POST /v1/chat/completions`, streamed or whole; throws InvalidRequest or RefusedRequest. */
export function completeChat(exchange: Exchange): Promise<void> {
  const request = parseChatRequest(exchange.body);
  const script = exchange.controls.chatScript ?? EMPTY_CHAT_SCRIPT;
  const play = playReply(chooseChatReply(script, request), tokenLimit(request));
  return request.stream
    ? streamChat(exchange, request, script.pace, play)
    : answerChat(exchange, request, script.pace, play);
}

async function streamChat(
  { response, logged, takeStreamFault }: Exchange,
  request: ChatRequest,
  pace: ChatScript["pace"],
  play: Play,
): Promise<void> {
  const withUsage = request.stream_options?.include_usage ?? false;
  const writer = new ChunkWriter(newChatFrame(request.model, request.service_tier), {
    usage: withUsage,
    obfuscation: request.stream_options?.include_obfuscation ?? true,
  });
  response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
  const stream = new OutgoingStream(response, { logged, fault: takeStreamFault(), spoilers: SPOILERS });
  await stream.pause(pace.firstChunkMs);
  let step = play.next();
  while (!step.done) {
    if (!(await stream.send(writer.delta(step.value)))) return;
    await stream.pause(pace.chunkMs);
    step = play.next();
  }
  const { reason, tokens } = step.value;
  const last = [writer.delta({}, reason)];
  if (withUsage) last.push(writer.usage(chatUsage(request, tokens)));
  last.push("data: [DONE]\n\n");
  for (const event of last) if (!(await stream.send(event))) return;
  stream.end();
}

/** Answers after the time that streaming the same would have taken. */
async function answerChat(
  { response }: Exchange,
  request: ChatRequest,
  pace: ChatScript["pace"],
  play: Play,
): Promise<void> {
  const deltas: ChatDelta[] = [];
  let step = play.next();
  while (!step.done) {
    deltas.push(step.value);
    step = play.next();
  }
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const waitMs = pace.firstChunkMs + pace.chunkMs * deltas.length;
  await sleep(waitMs, undefined, { signal: gone.signal }).catch(() => {});
  const frame = newChatFrame(request.model, request.service_tier);
  const usage = chatUsage(request, step.value.tokens);
  if (!gone.signal.aborted) sendJson(response, 200, wholeCompletion(frame, deltas, step.value, usage));
}
