import type { RealtimeClientEvent, RealtimeResponse } from "openai/resources/realtime/realtime";
import type { IncomingEvent } from "./connection";
import { type Exchange, newExchange } from "./exchange";
import { durationMs } from "./pcm";
import { Speaker } from "./speaker";

/**
 * What a client of the relay must do with the events that it gets: play the answers, fall silent when the user speaks,
 * and tell the model how much was heard. Beside that it keeps account of the conversation.
 */
export class ConversationClient {
  readonly speaker = new Speaker();
  readonly exchanges: Exchange[] = [];
  /** Items that the relay has stored. */
  readonly saved = new Set<string>();
  /** What the relay or the model complained of. */
  readonly errors: string[] = [];
  isReady = false;

  constructor(
    private readonly send: (event: RealtimeClientEvent) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  handle(event: IncomingEvent): void {
    switch (event.type) {
      case "session.updated":
        this.isReady = true;
        return;
      case "input_audio_buffer.speech_started":
        this.#interrupt();
        this.exchanges.push(newExchange(event.item_id));
        return;
      case "conversation.item.input_audio_transcription.completed":
        this.#byUserItem(event.item_id, (exchange) => {
          exchange.heard = event.transcript;
        });
        return;
      case "response.output_audio.delta":
        this.#play(event.item_id, Buffer.from(event.delta, "base64"));
        return;
      case "response.output_audio_transcript.delta":
        this.#answering(event.item_id, (exchange) => {
          exchange.answer += event.delta;
        });
        return;
      case "response.done":
        this.#responded(event.response);
        return;
      case "relay.turn.saved":
        this.saved.add(event.item_id);
        return;
      case "error":
        this.errors.push(event.error.message);
        return;
    }
  }

  /** The user speaks: silence at once, and the model is told what was heard, so that it does not believe it said more. */
  #interrupt(): void {
    const cutOff = this.speaker.stop(this.now());
    if (!cutOff) return;
    this.send({
      type: "conversation.item.truncate",
      item_id: cutOff.itemId,
      content_index: 0,
      audio_end_ms: cutOff.heardMs,
    });
    this.#answering(cutOff.itemId, (exchange) => {
      exchange.cutOff = cutOff;
    });
  }

  #responded({ status, status_details, output }: RealtimeResponse): void {
    if (status === "failed") this.errors.push(status_details?.error?.code ?? "the response failed");
    for (const { id } of output ?? []) {
      if (!id) continue;
      this.#answering(id, (exchange) => {
        exchange.isAnswered = true;
      });
    }
  }

  #play(itemId: string, pcm: Buffer): void {
    const now = this.now();
    this.#answering(itemId, (exchange) => {
      exchange.firstAudioAt ??= now;
      exchange.answerMs += durationMs(pcm);
    });
    this.speaker.play(itemId, pcm, now);
  }

  #byUserItem(itemId: string, change: (exchange: Exchange) => void): void {
    const exchange = this.exchanges.find(({ userItemId }) => userItemId === itemId);
    if (exchange) change(exchange);
  }

  /** The exchange that an assistant's item belongs to: a new item answers the last turn of the user. */
  #answering(itemId: string, change: (exchange: Exchange) => void): void {
    const known = this.exchanges.find(({ assistantItemId }) => assistantItemId === itemId);
    const exchange = known ?? this.exchanges.at(-1);
    if (!exchange) return;
    exchange.assistantItemId ??= itemId;
    change(exchange);
  }
}
