import type { ServerEvent } from "../serverEvents";
import type { CalledTool } from "../toolCalls";
import type { Outcome } from "./farewell";

// What the phone bridge is told and what it wants done. Audio is µ-law, 8,000 bytes a second, and stays base64 as both
// sides write it: nobody in between needs its samples.

/** What has happened on one of the two sides, or with time. */
export type BridgeEvent =
  /** Twilio's `start` was accepted. */
  | { type: "started" }
  /** The caller's audio, base64. */
  | { type: "media"; payload: Buffer }
  /** Twilio has played all that was sent before the mark, or cleared it. */
  | { type: "mark"; name: string }
  | { type: "dtmf"; digit: string }
  /** A piece of the model's audio, base64. */
  | { type: "audio"; responseId: string | undefined; itemId: string; payload: Buffer }
  /** Any other event of the model's; the first `session.updated` says that it consents to the configuration. */
  | { type: "model"; event: ServerEvent }
  /** What came of a tool that was to be run. */
  | { type: "toolOutput"; callId: string; output: object }
  /** The call is to end, whatever is being said: after its last words, or after the message for a machine. */
  | { type: "close"; reason: "voicemail" | "spent" }
  /** It is `now`, ms since the epoch. The bridge knows no other clock. */
  | { type: "tick"; now: number };

/** Why the bridge ends the call's stream: of its own accord, or because the caller's side has fallen silent. */
export type HangUpReason = Outcome | "no_media";

/** What is to be done because of an event, in this order. */
export type BridgeCommand =
  | { type: "sendMedia"; payload: Buffer }
  | { type: "sendMark"; name: string }
  /** Twilio drops what it has not played. */
  | { type: "clear" }
  /** The caller's audio goes to the model. */
  | { type: "append"; payload: Buffer }
  | { type: "toModel"; event: ClientEvent }
  /** One of the server's own, which takes its time: `toolOutput` is waited for. */
  | { type: "runTool"; call: CalledTool }
  /** Of what the model said in this item the caller heard so much and no more. */
  | { type: "cutOff"; itemId: string; heardMs: number }
  | { type: "hangUp"; reason: HangUpReason };

/** An event for the model: https://developers.openai.com/api/reference/resources/realtime/client-events */
export type ClientEvent =
  | { type: "session.update"; session: object }
  | { type: "conversation.item.create"; item: object }
  | { type: "conversation.item.truncate"; item_id: string; content_index: 0; audio_end_ms: number }
  | { type: "response.cancel"; response_id: string }
  | { type: "response.create"; event_id: string; response: ResponseFields };

export interface ResponseFields {
  metadata: { request: string };
  instructions?: string;
  tool_choice?: "none";
}
