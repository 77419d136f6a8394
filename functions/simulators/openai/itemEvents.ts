import { bytesPerMs } from "./audioFormats.js";
import type { ClientEventOf } from "./clientEvents.js";
import { asConversationItem, type StoredItem, withAudio } from "./conversation.js";
import { InvalidRequest } from "./invalidRequest.js";
import { storedItemOf } from "./itemShapes.js";
import type { SessionState } from "./sessionState.js";

/** `conversation.item.create`: an item of the client's own, answered by `added` and `done`. */
export function createItem(state: SessionState, event: ClientEventOf<"conversation.item.create">): void {
  const stored = storedItemOf(event.item, "item", state.config.audio.input.format.type);
  const { id, role, call_id: callId, type } = stored.item;
  if (state.conversation.get(id)) {
    const message = `Error adding item: an item with id '${id}' already exists.`;
    throw new InvalidRequest("item_create_invalid_item_id", message, "item.id");
  }
  if (type === "function_call_output" && !hasCall(state, callId)) {
    const message = `Tool call ID '${callId}' not found in conversation.`;
    throw new InvalidRequest("invalid_tool_call_id", message, "item.call_id");
  }
  if (!state.conversation.insert(stored, event.previous_item_id)) {
    const message = `Error adding item: the previous item with id '${event.previous_item_id}' does not exist.`;
    throw new InvalidRequest("item_create_invalid_previous_item_id", message, "previous_item_id");
  }
  if (role === "user") takeTurn(state, stored);
  announceItem(state, stored);
}

/** Gives a user message its turn of the script. */
export function takeTurn(state: SessionState, stored: StoredItem): void {
  const turn = state.script.nextTurn();
  if (turn) stored.turn = turn;
}

/** Tells the client of an item that is whole from the start. */
export function announceItem(state: SessionState, stored: StoredItem): void {
  const previousItemId = state.conversation.previousIdOf(stored.item.id);
  for (const type of ["conversation.item.added", "conversation.item.done"] as const) {
    state.emit({ type, previous_item_id: previousItemId, item: asConversationItem(stored.item) });
  }
}

export function deleteItem(state: SessionState, event: ClientEventOf<"conversation.item.delete">): void {
  if (!state.conversation.remove(event.item_id)) throw missingItem("delete", "deleting", event.item_id);
  state.emit({ type: "conversation.item.deleted", item_id: event.item_id });
}

export function retrieveItem(state: SessionState, event: ClientEventOf<"conversation.item.retrieve">): void {
  const stored = state.conversation.get(event.item_id);
  if (!stored) throw missingItem("retrieve", "retrieving", event.item_id);
  state.emit({ type: "conversation.item.retrieved", item: withAudio(stored) });
}

/** `conversation.item.truncate`: forgets what the user did not hear, and the transcript, which no longer fits. */
export function truncateItem(state: SessionState, event: ClientEventOf<"conversation.item.truncate">): void {
  const { item_id, content_index, audio_end_ms } = event;
  const stored = state.conversation.get(item_id);
  if (!stored) throw missingItem("truncate", "truncating", item_id);
  const audio = stored.audio;
  if (stored.item.role !== "assistant" || !audio || audio.ms === 0) {
    throw new InvalidRequest(
      "unsupported_content_type",
      "Only model output audio messages can be truncated",
      "item_id",
    );
  }
  if (content_index !== 0) {
    const message = `Invalid 'content_index': the item has no content part ${content_index}.`;
    throw new InvalidRequest("invalid_value", message, "content_index");
  }
  if (audio_end_ms > audio.ms) {
    const message = `Audio content of ${Math.floor(audio.ms)}ms is already shorter than ${audio_end_ms}ms`;
    throw new InvalidRequest("invalid_value", message, "audio_end_ms");
  }
  audio.bytes = [Buffer.concat(audio.bytes).subarray(0, audio_end_ms * bytesPerMs(audio.format))];
  audio.ms = audio_end_ms;
  for (const part of stored.item.content ?? []) if (part.type === "output_audio") part.transcript = "";
  state.emit({ type: "conversation.item.truncated", item_id, content_index, audio_end_ms });
}

function hasCall(state: SessionState, callId: string | undefined): boolean {
  return state.conversation.all.some(({ item }) => item.type === "function_call" && item.call_id === callId);
}

function missingItem(verb: string, doing: string, itemId: string): InvalidRequest {
  const message = `Error ${doing} item: the item with id '${itemId}' does not exist.`;
  return new InvalidRequest(`item_${verb}_invalid_item_id`, message, "item_id");
}
