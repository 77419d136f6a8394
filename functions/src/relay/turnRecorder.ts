import type { ModelItem, ServerEvent } from "./serverEvents";

/** A turn of the conversation as the recorder knows it; what stores it adds whose it is. */
export interface RecordedTurn {
  itemId: string;
  role: "user" | "assistant";
  content: string;
  /** When it began. */
  startedAt: Date;
  order: number;
  interrupted: boolean;
  heardMs?: number;
}

/** Stands for words that were spoken but never understood. */
export const INAUDIBLE = "[inaudible]";

/** No item has this id. */
const BEHIND_ALL = "";

interface Entry {
  turn: RecordedTurn;
  complete: boolean;
  /** Stored by a connection that may have been over before the turn was. */
  isEarlier?: boolean;
}

export interface RecorderOptions {
  /** Of the earlier turns more may be told yet: they were spoken with this very model. */
  goesOn?: boolean;
  /** What the text of all turns may hold, earlier ones with it; what is beyond is not kept. */
  maxCharacters?: number;
}

/**
 * Follows the model's events and tells which turns to store. Pure: it has no clock, no socket and no store. A turn is
 * told once it is complete, and again where it changes afterwards (cut off by a truncation), so storing is absolute.
 * The order is that of the conversation, not that of completion: a user's words are transcribed after the answer began.
 */
export class TurnRecorder {
  readonly #entries = new Map<string, Entry>();
  /** Item ids in the order of the conversation, of every kind, with their order numbers. */
  readonly #positions: { itemId: string; order: number }[] = [];
  /** When speech began that has no item yet. */
  readonly #speechStartedAt = new Map<string, Date>();
  /** Turns that were too long ago to be given as `earlier` have orders up to here. */
  readonly #floor: number | undefined;
  readonly #goesOn: boolean;
  /** Characters that may still be kept. */
  #room: number;

  /** @param earlier turns stored before, which need no storing unless more is told of them */
  constructor(
    earlier: readonly RecordedTurn[] = [],
    { goesOn = false, maxCharacters = Number.POSITIVE_INFINITY }: RecorderOptions = {},
  ) {
    this.#goesOn = goesOn;
    this.#room = maxCharacters;
    for (const turn of earlier) {
      const { itemId, order, content } = turn;
      this.#positions.push({ itemId, order });
      this.#room = Math.max(0, this.#room - content.length);
      // A model that is told of them again says nothing new of them.
      if (goesOn) this.#entries.set(itemId, { turn, complete: true, isEarlier: true });
    }
    this.#floor = earlier[0] && earlier[0].order - 1;
  }

  /** @returns the turns to store because of this event */
  handle(event: ServerEvent, now: Date): RecordedTurn[] {
    switch (event.type) {
      case "input_audio_buffer.speech_started":
        this.#speechStartedAt.set(event.item_id, now);
        return [];
      case "conversation.item.added":
        return this.#added(event.item, event.previous_item_id ?? null, now);
      case "conversation.item.input_audio_transcription.completed":
        return this.#complete(event.item_id, (turn) => ({ ...turn, content: event.transcript.trim() }));
      case "conversation.item.input_audio_transcription.failed":
        return this.#complete(event.item_id, (turn) => ({ ...turn, content: INAUDIBLE }));
      case "response.output_audio_transcript.delta":
      case "response.output_text.delta":
        this.#append(event.item_id, event.delta);
        return [];
      case "conversation.item.done":
        if (this.#goesOn) this.#missed(event.item, now);
        return this.#answered(event.item);
      case "response.output_item.done":
        return this.#answered(event.item);
      case "response.done":
        return (event.response.output ?? []).flatMap((item) => this.#answered(item));
      case "conversation.item.truncated":
        return this.#change(event.item_id, (turn) => ({
          ...turn,
          interrupted: true,
          heardMs: event.audio_end_ms,
        }));
      default:
        return [];
    }
  }

  /** Whether words of the user are still being transcribed. */
  get awaitsTranscription(): boolean {
    return [...this.#entries.values()].some(({ turn, complete }) => turn.role === "user" && !complete);
  }

  /**
   * The connection is over: what is unfinished is stored as far as it is known.
   * @param goesOn with the model, not for long with this connection: what is heard of a turn yet is as if told to the next
   */
  finish(goesOn = false): RecordedTurn[] {
    const unfinishedEntries = [...this.#entries.values()].filter(({ complete }) => !complete);
    for (const entry of unfinishedEntries) entry.isEarlier = goesOn;
    return unfinishedEntries.flatMap(({ turn }) =>
      this.#complete(turn.itemId, (unfinished) =>
        unfinished.role === "user"
          ? { ...unfinished, content: unfinished.content || INAUDIBLE }
          : { ...unfinished, interrupted: true },
      ),
    );
  }

  #added(item: ModelItem, previousItemId: string | null, now: Date): RecordedTurn[] {
    if (this.#positions.some(({ itemId }) => itemId === item.id)) return [];
    const order = this.#place(item.id, previousItemId);
    const startedAt = this.#speechStartedAt.get(item.id) ?? now;
    this.#speechStartedAt.delete(item.id);
    if (item.type !== "message" || (item.role !== "user" && item.role !== "assistant")) return [];
    // An assistant's message that arrives whole was put in by the client: not the model's words.
    if (item.role === "assistant" && item.status !== "in_progress") return [];
    const turn: RecordedTurn = {
      itemId: item.id,
      role: item.role,
      content: "",
      startedAt,
      order,
      interrupted: false,
    };
    this.#entries.set(item.id, { turn, complete: false });
    if (item.role === "assistant" || isSpoken(item)) return [];
    return this.#complete(item.id, (typed) => ({ ...typed, content: textOf(item) }));
  }

  /** What was begun while nobody of us heard the model is known by its end: it stands behind all else. */
  #missed(item: ModelItem, now: Date): void {
    if (item.type !== "message" || item.role !== "assistant") return;
    if (this.#positions.some(({ itemId }) => itemId === item.id)) return;
    this.#added({ ...item, status: "in_progress" }, BEHIND_ALL, now);
  }

  #answered(item: ModelItem): RecordedTurn[] {
    const entry = this.#entries.get(item.id);
    if (entry?.turn.role !== "assistant") return [];
    // What was unfinished when an earlier connection ended was not interrupted by that; of what was, more is known.
    const isKnown = !entry.isEarlier || entry.turn.heardMs !== undefined;
    const interrupted = (isKnown && entry.turn.interrupted) || item.status === "incomplete";
    entry.isEarlier = false;
    return this.#complete(item.id, (turn) => ({
      ...turn,
      content: textOf(item) || turn.content,
      interrupted,
    }));
  }

  #append(itemId: string, delta: string): void {
    const entry = this.#entries.get(itemId);
    if (entry && !entry.complete) this.#keep(entry, { ...entry.turn, content: entry.turn.content + delta });
  }

  /** Keeps of a turn's text what there is room for. */
  #keep(entry: Entry, turn: RecordedTurn): void {
    const had = entry.turn.content.length;
    const content = turn.content.slice(0, had + this.#room);
    this.#room -= content.length - had;
    entry.turn = { ...turn, content };
  }

  #complete(itemId: string, change: (turn: RecordedTurn) => RecordedTurn): RecordedTurn[] {
    const entry = this.#entries.get(itemId);
    if (!entry) return [];
    const before = entry.complete ? entry.turn : undefined;
    this.#keep(entry, change(entry.turn));
    entry.complete = true;
    // Silence that was taken for speech has no words and is no turn.
    return entry.turn.content === "" || (before && sameTurn(before, entry.turn)) ? [] : [entry.turn];
  }

  #change(itemId: string, change: (turn: RecordedTurn) => RecordedTurn): RecordedTurn[] {
    const entry = this.#entries.get(itemId);
    if (!entry) return [];
    if (entry.complete) return this.#complete(itemId, change);
    this.#keep(entry, change(entry.turn));
    return [];
  }

  /** Gives an item its place behind `previousItemId`; behind all where that is unknown, first where there is none. */
  #place(itemId: string, previousItemId: string | null): number {
    const known = this.#positions.findIndex((position) => position.itemId === previousItemId);
    const isRoot = previousItemId === null || previousItemId === "root";
    const index = known >= 0 ? known + 1 : isRoot ? 0 : this.#positions.length;
    const before = this.#positions[index - 1]?.order ?? this.#floor;
    const after = this.#positions[index]?.order;
    const order = orderBetween(before, after);
    this.#positions.splice(index, 0, { itemId, order });
    return order;
  }
}

function orderBetween(before: number | undefined, after: number | undefined): number {
  if (before === undefined) return after === undefined ? 1 : after - 1;
  return after === undefined ? before + 1 : (before + after) / 2;
}

function isSpoken(item: ModelItem): boolean {
  return (item.content ?? []).some(({ type, text }) => type === "input_audio" && !text);
}

function textOf(item: ModelItem): string {
  return (item.content ?? [])
    .map(({ text, transcript }) => text ?? transcript ?? "")
    .filter((part) => part !== "")
    .join("\n")
    .trim();
}

function sameTurn(a: RecordedTurn, b: RecordedTurn): boolean {
  return a.content === b.content && a.interrupted === b.interrupted && a.heardMs === b.heardMs;
}
