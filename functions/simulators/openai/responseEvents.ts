import type { RealtimeResponse } from "openai/resources/realtime/realtime";
import type { ClientEventOf } from "./clientEvents.js";
import { contextEntry, type StoredItem } from "./conversation.js";
import { newId } from "./ids.js";
import { InvalidRequest, parseOrRefuse } from "./invalidRequest.js";
import { storedItemOf } from "./itemShapes.js";
import { sendOutputAudio } from "./outputAudio.js";
import { chooseReply } from "./reply.js";
import type { ResponsePlan } from "./responsePlan.js";
import { ResponseStream } from "./responseStream.js";
import { checkKnownVoice, checkModalities, voiceName } from "./sessionConfig.js";
import { type ResponseParams, responseCreateSchema } from "./sessionSchema.js";
import type { SessionState } from "./sessionState.js";
import { armIdleTimeout, disarmIdleTimeout } from "./turnTimers.js";
import { type ContextEntry, textTokens } from "./usage.js";

const REQUESTS_PER_MINUTE = 5_000;
const TOKENS_PER_MINUTE = 400_000;

/** `response.create`: a response in the conversation, or beside it with `conversation: "none"`. */
export function createResponse(state: SessionState, event: ClientEventOf<"response.create">): void {
  startResponse(state, parseOrRefuse(responseCreateSchema, event.response ?? {}, "response"));
}

/** Starts a response; throws {@link InvalidRequest} while another one holds the conversation. */
export function startResponse(state: SessionState, params: ResponseParams): void {
  const outOfBand = params.conversation === "none";
  if (!outOfBand && state.active) {
    const message = `Conversation already has an active response in progress: ${state.active.plan.id}. Wait until the response is finished before creating a new one.`;
    throw new InvalidRequest("conversation_already_has_active_response", message);
  }
  const plan = planResponse(state, params);
  const stream = new ResponseStream(plan, {
    timers: state.timers,
    pace: state.pace,
    emit: (outgoing) => state.emit(outgoing),
    addItem: (stored) => addOutput(state, stored),
    sendAudio: (place, audio) => {
      state.hasSpoken = true;
      sendOutputAudio(state, { place, format: plan.format.type }, audio);
    },
    onDone: (response) => finish(state, plan, response),
  });
  if (outOfBand) state.outOfBand.set(plan.id, stream);
  else state.active = stream;
  disarmIdleTimeout(state);
  stream.start();
  reportRateLimits(state);
}

/** `response.cancel`: the named response, else the conversation's. */
export function cancelResponse(state: SessionState, event: ClientEventOf<"response.cancel">): void {
  const { response_id: id } = event;
  const isActive = state.active && (id === undefined || id === state.active.plan.id);
  const stream = isActive ? state.active : state.outOfBand.get(id ?? "");
  if (!stream) {
    throw new InvalidRequest("response_cancel_not_active", "Cancellation failed: no active response found");
  }
  stream.cancel("client_cancelled");
}

function planResponse(state: SessionState, params: ResponseParams): ResponsePlan {
  const { config } = state;
  const output = params.audio?.output ?? {};
  checkOutput(state, params);
  const items = params.input ? inputItems(state, params.input) : state.conversation.all;
  const tools = params.tools ?? config.tools;
  const modality = (params.output_modalities ?? config.output_modalities)[0] ?? "audio";
  const toolChoice = params.tool_choice ?? config.tool_choice;
  // An input of its own, to be answered in sound beside the conversation, is how a text is read aloud.
  const readAloud = params.conversation === "none" && params.input !== undefined && modality === "audio";
  const format = output.format ?? config.audio.output.format;
  return {
    id: newId("resp"),
    conversationId: params.conversation === "none" ? null : state.conversation.id,
    modality,
    format: format.type === "audio/pcm" ? { type: "audio/pcm", rate: 24_000 } : { type: format.type },
    voice: voiceName(output.voice ?? config.audio.output.voice),
    speed: config.audio.output.speed,
    maxOutputTokens: params.max_output_tokens ?? config.max_output_tokens,
    metadata: params.metadata ?? null,
    reply: chooseReply(state, items, { tools, toolChoice, readAloud }),
    context: contextOf(params.instructions ?? config.instructions, tools, items),
    previousContext: state.previousContext,
  };
}

function checkOutput(state: SessionState, params: ResponseParams): void {
  if (params.output_modalities) checkModalities(params.output_modalities, "response.output_modalities");
  const voice = params.audio?.output?.voice;
  if (voice === undefined) return;
  checkKnownVoice(voice, "response.audio.output.voice");
  if (!state.hasSpoken || voiceName(voice) === voiceName(state.config.audio.output.voice)) return;
  const message = "Cannot update a conversation's voice if assistant audio is present.";
  throw new InvalidRequest("cannot_update_voice", message, "response.audio.output.voice");
}

function inputItems(state: SessionState, input: NonNullable<ResponseParams["input"]>): StoredItem[] {
  return input.map((item, index) => {
    const param = `response.input[${index}]`;
    if (item.type !== "item_reference")
      return storedItemOf(item, param, state.config.audio.input.format.type);
    const stored = state.conversation.get(String(item.id));
    if (stored) return stored;
    throw new InvalidRequest("invalid_value", `Item with id '${String(item.id)}' not found.`, `${param}.id`);
  });
}

function contextOf(instructions: string, tools: unknown[], items: readonly StoredItem[]): ContextEntry[] {
  const preamble = tools.length > 0 ? instructions + JSON.stringify(tools) : instructions;
  const first = { key: preamble, tokens: { text: textTokens(preamble), audio: 0 } };
  return [first, ...items.map(contextEntry)];
}

function addOutput(state: SessionState, stored: StoredItem): string | null {
  const previous = state.conversation.lastId;
  state.conversation.insert(stored);
  return previous;
}

function finish(state: SessionState, plan: ResponsePlan, response: RealtimeResponse): void {
  state.tokensUsed += response.usage?.total_tokens ?? 0;
  state.outOfBand.delete(plan.id);
  state.playout?.finish(plan.id);
  if (state.active?.plan.id !== plan.id) return;
  state.active = undefined;
  state.previousContext = plan.context;
  armIdleTimeout(state, state.conversation.get(response.output?.[0]?.id ?? "")?.audio?.ms ?? 0);
}

function reportRateLimits(state: SessionState): void {
  state.emit({
    type: "rate_limits.updated",
    rate_limits: [
      {
        name: "requests",
        limit: REQUESTS_PER_MINUTE,
        remaining: REQUESTS_PER_MINUTE - 1,
        reset_seconds: 0.012,
      },
      {
        name: "tokens",
        limit: TOKENS_PER_MINUTE,
        remaining: Math.max(0, TOKENS_PER_MINUTE - state.tokensUsed),
        reset_seconds: (60 * Math.min(state.tokensUsed, TOKENS_PER_MINUTE)) / TOKENS_PER_MINUTE,
      },
    ],
  });
}
