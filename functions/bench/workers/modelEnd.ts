import type WebSocket from "ws";
import { newId } from "../../simulators/openai/ids";
import { audioOf, isAppend } from "./frames";
import { BYTES_PER_MS, Hearing } from "./sound";

/** How much audio an event carries. */
export const DELTA_MS = 100;
const DELTA_BYTES = DELTA_MS * BYTES_PER_MS;

interface ClientEvent {
  type: string;
  response?: { metadata?: object };
  item_id?: string;
  audio_end_ms?: number;
}

/**
 * The model's end of a call: consents to every configuration, hears what comes, and speaks when it is told to.
 * https://developers.openai.com/api/reference/resources/realtime/server-events
 */
export class ModelEnd {
  /** Up to where the model's sound was said. */
  said = 0;
  hearing: Hearing;
  #response: { id: string; itemId: string } | undefined;
  #requested: object | null = null;

  /** @param sound what the model says @param heard what the caller says */
  constructor(
    private readonly socket: WebSocket,
    private readonly sound: Buffer,
    private readonly heard: Buffer,
  ) {
    this.hearing = new Hearing(heard);
    socket.on("message", (frame: Buffer) => this.#receive(frame));
    socket.on("error", () => socket.terminate());
    this.#send("session.created", { session: { type: "realtime" } });
  }

  /** Both sounds begin anew. */
  rewind(): void {
    this.said = 0;
    this.hearing = new Hearing(this.heard);
  }

  /** Goes on with its response for 100 ms, or begins one. */
  say(): void {
    const { id, itemId } = this.#response ?? this.#begin();
    const delta = this.sound.toString("base64", this.said, this.said + DELTA_BYTES);
    const place = { response_id: id, item_id: itemId, output_index: 0, content_index: 0 };
    this.#send("response.output_audio.delta", { ...place, delta });
    this.said += DELTA_BYTES;
  }

  /** Its response, if there is one, is over. */
  finish(status: "completed" | "cancelled" = "completed"): void {
    const response = this.#response;
    if (!response) return;
    this.#response = undefined;
    const item = assistantItem(response.itemId, status === "completed" ? status : "incomplete");
    this.#send("response.output_item.done", { response_id: response.id, output_index: 0, item });
    this.#send("response.done", { response: { id: response.id, status, output: [item] } });
  }

  /** Hears that the caller begins to speak. */
  noticeSpeech(): void {
    this.#send("input_audio_buffer.speech_started", { audio_start_ms: 0, item_id: newId("item") });
  }

  noticeSilence(): void {
    this.#send("input_audio_buffer.speech_stopped", { audio_end_ms: 0, item_id: newId("item") });
  }

  #begin(): { id: string; itemId: string } {
    const response = { id: newId("resp"), itemId: newId("item") };
    this.#response = response;
    const metadata = this.#requested;
    this.#requested = null;
    this.#send("response.created", { response: { id: response.id, status: "in_progress", metadata } });
    const item = assistantItem(response.itemId, "in_progress");
    this.#send("response.output_item.added", { response_id: response.id, output_index: 0, item });
    this.#send("conversation.item.added", { previous_item_id: null, item });
    return response;
  }

  #receive(frame: Buffer): void {
    if (isAppend(frame)) {
      this.hearing.take(audioOf(frame));
      return;
    }
    const event = JSON.parse(frame.toString()) as ClientEvent;
    switch (event.type) {
      case "session.update":
        this.#send("session.updated", { session: { type: "realtime" } });
        break;
      case "response.create":
        this.#requested = event.response?.metadata ?? null;
        break;
      case "response.cancel":
        this.finish("cancelled");
        break;
      case "conversation.item.truncate": {
        const { item_id, audio_end_ms } = event;
        this.#send("conversation.item.truncated", { item_id, content_index: 0, audio_end_ms });
      }
    }
  }

  #send(type: string, body: object): void {
    this.socket.send(JSON.stringify({ type, event_id: newId("event"), ...body }));
  }
}

function assistantItem(id: string, status: "in_progress" | "completed" | "incomplete"): object {
  return { id, object: "realtime.item", type: "message", status, role: "assistant", content: [] };
}
