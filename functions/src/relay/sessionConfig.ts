import type { Config } from "../core/config";
import { modelSession, type SessionShape } from "../voice/modelSession";
import type { AttachedSession } from "../voice/relayConnection";

type SessionOf = AttachedSession["session"];

/**
 * What the server sets at the model before a client may speak; `clientPolicy.ts` keeps the client from changing it.
 * @param tools the server's own, beside which a client may declare some
 */
export function serverSessionUpdate(
  session: SessionOf,
  config: Config,
  eventId: string,
  tools?: readonly object[],
): string {
  return sessionUpdate(session, config, eventId, { tools, format: { type: "audio/pcm", rate: 24_000 } });
}

/** The first event of every connection to the model. */
export function sessionUpdate(
  session: SessionOf,
  config: Config,
  eventId: string,
  shape: SessionShape,
): string {
  return JSON.stringify({
    type: "session.update",
    event_id: eventId,
    session: modelSession(session, config, shape),
  });
}

/** What was said before, given to a model that does not know it, so that a conversation can go on after a break. */
export function earlierConversation({ earlierTurns }: AttachedSession): string[] {
  return earlierTurns.map((turn) =>
    JSON.stringify({
      type: "conversation.item.create",
      item: {
        type: "message",
        id: turn.itemId,
        role: turn.role,
        content: [{ type: turn.role === "user" ? "input_text" : "output_text", text: turn.content }],
      },
    }),
  );
}
