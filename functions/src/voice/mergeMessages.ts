import { MAX_MERGED_BYTES } from "./limits";
import type { StoredMessage, TurnDoc } from "./store";

/** What a transcript document shall hold. */
export interface MergedMessages {
  messages: StoredMessage[];
  /** True where not everything fitted; the turns themselves are all there. */
  truncated: boolean;
}

/** A recorded turn as a message of the transcript. */
export function toMessage(turn: TurnDoc): StoredMessage {
  return {
    role: turn.role,
    content: turn.content,
    timestamp: turn.timestamp.toDate().toISOString(),
    itemId: turn.itemId,
    ...(turn.interrupted ? { interrupted: true } : {}),
  };
}

/**
 * One conversation out of what the relay recorded and what was saved: a client's messages, or an earlier outcome of
 * this. The recorded turns stand, in their order; a client's message that says the same in the same role is dropped,
 * each match once, and what only the client has is put in by its time: nothing that either side holds is lost. Pure;
 * merging again changes nothing.
 */
export function mergeMessages(recorded: StoredMessage[], saved: StoredMessage[]): MergedMessages {
  // A turn that was merged before has had its match: what the client says beside it was said once more.
  const merged = new Set(saved.map((message) => message.itemId));
  const known = new Map<string, number>();
  for (const message of recorded) {
    if (!merged.has(message.itemId)) known.set(sameness(message), (known.get(sameness(message)) ?? 0) + 1);
  }
  const additional = saved.filter((message) => {
    if (message.itemId !== undefined) return false;
    const left = known.get(sameness(message)) ?? 0;
    if (left > 0) known.set(sameness(message), left - 1);
    return left === 0;
  });
  return cut(interleave(recorded, additional));
}

/** Merges two lists, each kept in its own order, by the time of their heads. */
function interleave(recorded: StoredMessage[], additional: StoredMessage[]): StoredMessage[] {
  const merged: StoredMessage[] = [];
  let next = 0;
  for (const message of recorded) {
    while (next < additional.length && isBefore(additional[next], message)) {
      merged.push(...additional.slice(next, next + 1));
      next += 1;
    }
    merged.push(message);
  }
  return [...merged, ...additional.slice(next)];
}

function isBefore(a: StoredMessage | undefined, b: StoredMessage): boolean {
  return a !== undefined && Date.parse(a.timestamp) < Date.parse(b.timestamp);
}

function sameness(message: StoredMessage): string {
  return `${message.role}\n${message.content.trim().replace(/\s+/g, " ").toLowerCase()}`;
}

function cut(messages: StoredMessage[]): MergedMessages {
  let bytes = 0;
  const fitting = messages.findIndex((message) => {
    bytes += Buffer.byteLength(JSON.stringify(message));
    return bytes > MAX_MERGED_BYTES;
  });
  return fitting < 0
    ? { messages, truncated: false }
    : { messages: messages.slice(0, fitting), truncated: true };
}
