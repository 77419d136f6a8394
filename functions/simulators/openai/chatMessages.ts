import { z } from "zod";
import { InvalidRequest, parseOrRefuse } from "./invalidRequest.js";
import { refuse } from "./refusal.js";

/** What is looked at of a message; the rest of it is taken as it comes. */
export interface CheckedMessage {
  role: string;
  content?: unknown;
  tool_call_id?: string | undefined;
  tool_calls?: { id: string }[] | undefined;
}

const partSchema = z.looseObject({
  type: z.enum(["text", "image_url", "input_audio", "refusal", "file"]),
  text: z.string().optional(),
});

/** Refuses, as OpenAI does, messages without content and tool outputs that answer no call. */
export function checkChatMessages(messages: readonly CheckedMessage[]): void {
  if (messages.length === 0) {
    const message =
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";
    throw new InvalidRequest("empty_array", message, "messages");
  }
  messages.forEach((message, index) => {
    checkContent(message, `messages[${index}].content`);
  });
  checkToolOutputs(messages);
}

/** The text of a message's content; what is no text counts for nothing. */
export function textOfContent(content: unknown): string {
  if (typeof content === "string") return content;
  const parts = z.array(partSchema).safeParse(content);
  return parts.success ? parts.data.map(({ text }) => text ?? "").join("") : "";
}

function checkContent({ role, content, tool_calls }: CheckedMessage, param: string): void {
  if (typeof content === "string") return;
  if (Array.isArray(content)) {
    content.forEach((part, index) => {
      parseOrRefuse(partSchema, part, `${param}[${index}]`);
    });
    return;
  }
  // An assistant that called a tool need not have said anything.
  const isEmpty = content === null || content === undefined;
  if (isEmpty && role === "assistant" && tool_calls) return;
  const got = isEmpty ? "null" : typeof content;
  const message = `Invalid type for '${param}': expected one of a string or array of objects, but got ${got} instead.`;
  throw new InvalidRequest("invalid_type", message, param);
}

function checkToolOutputs(messages: readonly CheckedMessage[]): void {
  let open: string[] = [];
  messages.forEach(({ role, tool_call_id, tool_calls }, index) => {
    if (role === "tool") {
      if (!open.includes(tool_call_id ?? "")) {
        const message =
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
        refuse({ message, param: `messages.[${index}].role` });
      }
      open = open.filter((id) => id !== tool_call_id);
      return;
    }
    refuseUnanswered(open, index);
    open = tool_calls?.map(({ id }) => id) ?? [];
  });
  refuseUnanswered(open, messages.length);
}

function refuseUnanswered(callIds: string[], index: number): void {
  if (callIds.length === 0) return;
  const message = `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${callIds.join(", ")}`;
  refuse({ message, param: `messages.[${index}].role` });
}
