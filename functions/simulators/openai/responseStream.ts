import type { RealtimeResponse, RealtimeResponseStatus } from "openai/resources/realtime/realtime";
import { bytesPerMs } from "./audioFormats.js";
import { asConversationItem, type Item, type StoredItem } from "./conversation.js";
import { newId } from "./ids.js";
import { type ResponseEffects, type ResponsePlan, responseResource } from "./responsePlan.js";
import { type SpokenWord, speak } from "./speech.js";
import type { Scheduled } from "./timers.js";
import { outputAudioTokens, type TokenCount, textTokens } from "./usage.js";

type Ending = {
  status: "completed" | "cancelled" | "incomplete" | "failed";
  details: RealtimeResponseStatus | null;
};

const CHUNK_MS = 200;
const ARGUMENT_CHARACTERS_PER_DELTA = 12;

/** One response, from `response.created` to `response.done`, at the session's pace. */
export class ResponseStream {
  private readonly words: Iterator<SpokenWord>;
  private next: Scheduled | undefined;
  private output: StoredItem | undefined;
  private previousItemId: string | null = null;
  private text = "";
  private audioMs = 0;
  private done = false;

  constructor(
    readonly plan: ResponsePlan,
    private readonly effects: ResponseEffects,
  ) {
    const { reply, format, voice, speed } = plan;
    this.words = speak(reply.kind === "speech" ? reply.text : "", { format: format.type, voice, speed });
  }

  start(): void {
    const { pace } = this.effects;
    this.effects.emit({ type: "response.created", response: this.resource("in_progress", null) });
    this.later(pace.firstAudioMs, () => this.begin());
  }

  /** Ends it before its time; nothing happens when it has ended. */
  cancel(reason: "client_cancelled" | "turn_detected"): void {
    if (this.done) return;
    this.end({ status: "cancelled", details: { type: "cancelled", reason } });
  }

  private begin(): void {
    const { reply } = this.plan;
    if (reply.kind === "failure") {
      const error = { type: "server_error", code: reply.code, message: reply.message };
      this.end({ status: "failed", details: { type: "failed", error } });
      return;
    }
    if (reply.kind === "call") {
      this.callFunction(reply.name, reply.arguments);
      return;
    }
    this.openMessage();
    this.sayMore();
  }

  private openMessage(): void {
    const audio = this.isAudio ? { ms: 0, bytes: [], format: this.plan.format.type } : undefined;
    this.open({ ...newItem("message"), role: "assistant", content: [] }, audio);
    const part = this.isAudio
      ? { type: "audio" as const, transcript: "" }
      : { type: "text" as const, text: "" };
    this.effects.emit({ type: "response.content_part.added", ...this.place, part });
  }

  /** Sends the next chunk of words and plans the one after. */
  private sayMore(): void {
    let chunkMs = 0;
    const audio: Buffer[] = [];
    while (chunkMs < CHUNK_MS) {
      const word = this.words.next();
      if (word.done) break;
      const wordMs = word.value.audio.length / bytesPerMs(this.plan.format.type);
      if (this.wouldExceed(word.value.text, chunkMs + wordMs)) {
        this.sendAudio(audio, chunkMs);
        this.end({ status: "incomplete", details: { type: "incomplete", reason: "max_output_tokens" } });
        return;
      }
      this.sendWord(word.value.text);
      audio.push(word.value.audio);
      chunkMs += wordMs;
    }
    if (chunkMs === 0) {
      this.end({ status: "completed", details: null });
      return;
    }
    this.sendAudio(audio, chunkMs);
    this.later(chunkMs / this.effects.pace.realTimeFactor, () => this.sayMore());
  }

  private wouldExceed(text: string, pendingMs: number): boolean {
    if (this.plan.maxOutputTokens === "inf") return false;
    const audio = this.isAudio ? outputAudioTokens(this.audioMs + pendingMs) : 0;
    return textTokens(this.text + text) + audio > this.plan.maxOutputTokens;
  }

  private sendWord(delta: string): void {
    this.text += delta;
    const type = this.isAudio ? "response.output_audio_transcript.delta" : "response.output_text.delta";
    this.effects.emit({ type, ...this.place, delta });
  }

  private sendAudio(audio: Buffer[], ms: number): void {
    if (!this.isAudio || ms === 0) return;
    this.audioMs += ms;
    if (this.output?.audio) {
      this.output.audio.ms += ms;
      this.output.audio.bytes.push(...audio);
    }
    this.effects.sendAudio(this.place, Buffer.concat(audio));
  }

  private callFunction(name: string, args: string): void {
    const callId = newId("call");
    this.open({ ...newItem("function_call"), name, call_id: callId, arguments: "" });
    const { content_index: _, ...place } = this.place;
    for (let at = 0; at < args.length; at += ARGUMENT_CHARACTERS_PER_DELTA) {
      const delta = args.slice(at, at + ARGUMENT_CHARACTERS_PER_DELTA);
      this.effects.emit({ type: "response.function_call_arguments.delta", ...place, call_id: callId, delta });
    }
    this.text = args;
    this.end({ status: "completed", details: null });
  }

  private open(item: Item, audio?: StoredItem["audio"]): void {
    const stored: StoredItem = audio ? { item, audio } : { item };
    this.output = stored;
    const { emit } = this.effects;
    if (this.plan.conversationId) this.previousItemId = this.effects.addItem(stored);
    const { response_id, output_index } = this.place;
    emit({ type: "response.output_item.added", response_id, output_index, item: asConversationItem(item) });
    this.tellConversation("conversation.item.added");
  }

  private end(ending: Ending): void {
    this.done = true;
    this.next?.cancel();
    const itemStatus = ending.status === "completed" ? "completed" : "incomplete";
    if (this.output) this.closeOutput(this.output.item, itemStatus);
    const response = this.resource(ending.status, ending.details);
    this.effects.emit({ type: "response.done", response });
    this.effects.onDone(response);
  }

  private closeOutput(item: Item, status: "completed" | "incomplete"): void {
    const { emit } = this.effects;
    item.status = status;
    if (item.type === "function_call") this.closeCall(item);
    else this.closeMessage(item);
    this.tellConversation("conversation.item.done");
    const { response_id, output_index } = this.place;
    emit({ type: "response.output_item.done", response_id, output_index, item: asConversationItem(item) });
  }

  private closeCall(item: Item): void {
    item.arguments = this.text;
    const { content_index: _, ...place } = this.place;
    this.effects.emit({
      type: "response.function_call_arguments.done",
      ...place,
      call_id: item.call_id ?? "",
      name: item.name ?? "",
      arguments: this.text,
    });
  }

  private closeMessage(item: Item): void {
    const { emit } = this.effects;
    const { text } = this;
    if (this.isAudio) {
      emit({ type: "response.output_audio.done", ...this.place });
      emit({ type: "response.output_audio_transcript.done", ...this.place, transcript: text });
      item.content = [{ type: "output_audio", transcript: text }];
    } else {
      emit({ type: "response.output_text.done", ...this.place, text });
      item.content = [{ type: "output_text", text }];
    }
    const part = this.isAudio
      ? { type: "audio" as const, transcript: text }
      : { type: "text" as const, text };
    emit({ type: "response.content_part.done", ...this.place, part });
  }

  private tellConversation(type: "conversation.item.added" | "conversation.item.done"): void {
    if (!this.plan.conversationId || !this.output) return;
    const item = asConversationItem(this.output.item);
    this.effects.emit({ type, previous_item_id: this.previousItemId, item });
  }

  private resource(status: NonNullable<RealtimeResponse["status"]>, details: RealtimeResponseStatus | null) {
    return responseResource(this.plan, {
      status,
      details,
      item: this.output?.item,
      tokens: this.outputTokens,
    });
  }

  private get outputTokens(): TokenCount {
    const name = this.plan.reply.kind === "call" ? this.plan.reply.name : "";
    return { text: textTokens(name + this.text), audio: outputAudioTokens(this.audioMs) };
  }

  private get isAudio(): boolean {
    return this.plan.modality === "audio";
  }

  private get place() {
    return {
      response_id: this.plan.id,
      item_id: this.output?.item.id ?? "",
      output_index: 0,
      content_index: 0,
    };
  }

  private later(ms: number, run: () => void): void {
    this.next = this.effects.timers.after(ms, run);
  }
}

function newItem(type: Item["type"]): Item {
  return { id: newId("item"), object: "realtime.item", type, status: "in_progress" };
}
