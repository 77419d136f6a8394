import { textOfContent } from "./chatMessages.js";
import type { ChatRequest } from "./chatRequest.js";
import type { ChatScript, ChatTurn } from "./chatScript.js";
import { argumentsText, quotable } from "./reply.js";

export type TextEnd = NonNullable<ChatTurn["finishReason"]>;

export interface FunctionCall {
  name: string;
  arguments: string;
}

/** What a chat completion will say or do. */
export type ChatReply =
  | { kind: "text"; text: string; end: TextEnd }
  | { kind: "load"; chunks: number; bytesPerChunk: number; end: TextEnd }
  | { kind: "refusal"; text: string }
  | { kind: "calls"; calls: FunctionCall[] };

/**
 * What is answered to a request: the script's line for its last user message, else a plain account of what came in.
 * A tool is called when the script or `tool_choice` says so, once per user message.
 */
export function chooseChatReply(script: ChatScript, request: ChatRequest): ChatReply {
  const { messages } = request;
  const userAt = messages.findLastIndex(({ role }) => role === "user");
  const turn = turnOf(script, messages.filter(({ role }) => role === "user").length);
  if (turn?.refusal !== undefined) return { kind: "refusal", text: turn.refusal };
  const sinceUser = messages.slice(userAt + 1);
  if (!sinceUser.some(({ tool_calls }) => tool_calls)) {
    const calls = callsOf(turn, request);
    if (calls.length > 0) return { kind: "calls", calls };
  }
  const end = turn?.finishReason ?? "stop";
  if (turn?.load) return { kind: "load", ...turn.load, end };
  const output = sinceUser.findLast(({ role }) => role === "tool");
  return { kind: "text", text: textOf(turn, request, output && textOfContent(output.content)), end };
}

function turnOf(script: ChatScript, userMessages: number): ChatTurn | undefined {
  return script.turns[userMessages - 1] ?? script.otherwise;
}

function callsOf(turn: ChatTurn | undefined, request: ChatRequest): FunctionCall[] {
  const { tools = [], tool_choice: choice = "auto", parallel_tool_calls: parallel = true } = request;
  if (choice === "none") return [];
  const offered = tools.map((tool) => tool.function?.name);
  const scripted = (turn?.calls ?? [])
    .filter(({ name }) => offered.includes(name))
    .map((call) => ({ name: call.name, arguments: argumentsText(call.arguments) }));
  if (scripted.length > 0) return parallel ? scripted : scripted.slice(0, 1);
  const forced = typeof choice === "object" ? choice.function?.name : choice === "required" && offered[0];
  return forced ? [{ name: forced, arguments: "{}" }] : [];
}

function textOf(turn: ChatTurn | undefined, request: ChatRequest, output: string | undefined): string {
  if (turn?.reply !== undefined) return turn.reply.replaceAll("{{output}}", output ?? "");
  if (output !== undefined) return `The tool answered: ${quotable(output)}`;
  const { messages } = request;
  const characters = messages.reduce((sum, { content }) => sum + [...textOfContent(content)].length, 0);
  const count = `${messages.length} ${messages.length === 1 ? "message" : "messages"}`;
  return `You wrote ${characters} characters in ${count}. I am a simulator and think nothing of it.`;
}
