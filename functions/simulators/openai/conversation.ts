import type { ConversationItem } from "openai/resources/realtime/realtime";
import type { AudioFormatType } from "./audioFormats.js";
import type { ScriptTurn } from "./script.js";
import { type ContextEntry, inputAudioTokens, outputAudioTokens, textTokens } from "./usage.js";

/** One part of a message as the wire shows it; `transcript: null` is what input audio has until it is transcribed. */
export interface ContentPart {
  type: string;
  text?: string;
  transcript?: string | null;
  image_url?: string;
}

/** A conversation item without its audio bytes. */
export interface Item {
  id: string;
  object: "realtime.item";
  type: "message" | "function_call" | "function_call_output";
  status?: "completed" | "incomplete" | "in_progress";
  role?: "user" | "assistant" | "system";
  content?: ContentPart[];
  name?: string;
  call_id?: string;
  arguments?: string;
  output?: string;
}

/** An item and what the server alone knows of it. */
export interface StoredItem {
  item: Item;
  /** Audio that the user sent or that was spoken; `ms` counts what was generated, truncation cuts it. */
  audio?: { ms: number; bytes: Buffer[]; format: AudioFormatType };
  /** How much of an utterance was speech. */
  speechMs?: number;
  /** The turn of the script that this user message plays. */
  turn?: ScriptTurn;
}

/** A session's audio is kept for `conversation.item.retrieve` up to this; then the oldest is dropped. */
const KEPT_AUDIO_BYTES = 4 * 1024 * 1024;

/** The ordered items of a session. */
export class Conversation {
  private items: StoredItem[] = [];

  constructor(readonly id: string) {}

  get all(): readonly StoredItem[] {
    return this.items;
  }

  get(itemId: string): StoredItem | undefined {
    return this.items.find((stored) => stored.item.id === itemId);
  }

  get lastId(): string | null {
    return this.items.at(-1)?.item.id ?? null;
  }

  /**
   * Puts an item after `previousItemId`, first for `root`, last when it is left out.
   * Returns false when there is no such item.
   */
  insert(stored: StoredItem, previousItemId?: string | null): boolean {
    const at = this.placeAfter(previousItemId);
    if (at < 0) return false;
    this.items.splice(at, 0, stored);
    this.dropOldAudio();
    return true;
  }

  /** The id of the item before this one, or null. */
  previousIdOf(itemId: string): string | null {
    const index = this.items.findIndex((stored) => stored.item.id === itemId);
    return this.items[index - 1]?.item.id ?? null;
  }

  /** Returns false when there is no such item. */
  remove(itemId: string): boolean {
    const before = this.items.length;
    this.items = this.items.filter((stored) => stored.item.id !== itemId);
    return this.items.length < before;
  }

  private placeAfter(previousItemId: string | null | undefined): number {
    if (previousItemId === undefined || previousItemId === null) return this.items.length;
    if (previousItemId === "root") return 0;
    const index = this.items.findIndex((stored) => stored.item.id === previousItemId);
    return index < 0 ? -1 : index + 1;
  }

  private dropOldAudio(): void {
    let kept = 0;
    for (let i = this.items.length - 1; i >= 0; i -= 1) {
      const audio = this.items[i]?.audio;
      if (!audio) continue;
      kept += audio.bytes.reduce((sum, bytes) => sum + bytes.length, 0);
      if (kept > KEPT_AUDIO_BYTES) audio.bytes = [];
    }
  }
}

/** An item as the SDK types it. Input audio's `transcript: null` is real, though the SDK's types leave it out. */
export function asConversationItem(item: Item): ConversationItem {
  return structuredClone(item) as ConversationItem;
}

/** The item with its audio, as `conversation.item.retrieved` gives it. */
export function withAudio(stored: StoredItem): ConversationItem {
  const item = structuredClone(stored.item);
  const audio = stored.audio;
  const spoken = item.content?.find((part) => part.type === "input_audio" || part.type === "output_audio");
  if (audio && spoken) Object.assign(spoken, { audio: Buffer.concat(audio.bytes).toString("base64") });
  return item as ConversationItem;
}

/** What an item weighs as context. */
export function contextEntry(stored: StoredItem): ContextEntry {
  const { item, audio } = stored;
  const isOutput = item.role === "assistant";
  const audioMs = audio?.ms ?? 0;
  // Input transcripts are a by-product of another model: they are not part of the context.
  const text = (item.content ?? [])
    .map((part) => part.text ?? (isOutput ? part.transcript : "") ?? "")
    .join("");
  const tokens = {
    text: textTokens(text + (item.name ?? "") + (item.arguments ?? "") + (item.output ?? "")),
    audio: isOutput ? outputAudioTokens(audioMs) : inputAudioTokens(audioMs),
  };
  return { key: `${item.id} ${tokens.text} ${tokens.audio}`, tokens };
}
