import type { Item, StoredItem } from "./conversation.js";
import type { Reply } from "./responsePlan.js";
import type { SessionState } from "./sessionState.js";

const WHO_I_AM = "I am a simulator and do not understand speech.";
const QUOTED_CHARACTERS = 300;

interface ReplyOptions {
  tools: SessionState["config"]["tools"];
  toolChoice: SessionState["config"]["tool_choice"];
  /** The items are a text to be spoken as it is, not something said to the model. */
  readAloud: boolean;
}

/**
 * What is answered to a context: the script's line for the last user turn, else a plain account of what came in.
 * A tool is called when the script or `tool_choice` says so, once per turn. A text to be read aloud is said as it is.
 */
export function chooseReply(
  state: SessionState,
  items: readonly StoredItem[],
  { tools, toolChoice, readAloud }: ReplyOptions,
): Reply {
  const toRead = readAloud ? userTexts(items) : "";
  if (toRead !== "") return { kind: "speech", text: toRead };
  const userAt = items.findLastIndex((stored) => stored.item.role === "user");
  const user = items[userAt];
  const turn = user?.turn;
  if (turn?.responseFails) return { kind: "failure", ...turn.responseFails };
  const sinceUser = items.slice(userAt + 1).map((stored) => stored.item);
  const called = sinceUser.findLast((item) => item.type === "function_call");
  const result = sinceUser.findLast((item) => item.type === "function_call_output");
  const mayCall = toolChoice !== "none" && !called;
  if (turn?.call && mayCall && hasTool(tools, turn.call.name)) {
    return { kind: "call", name: turn.call.name, arguments: argumentsText(turn.call.arguments) };
  }
  const forced = mayCall ? forcedTool(tools, toolChoice) : undefined;
  if (forced) return { kind: "call", name: forced, arguments: "{}" };
  return { kind: "speech", text: spokenText(state, user, called, result) };
}

function spokenText(
  state: SessionState,
  user: StoredItem | undefined,
  called: Item | undefined,
  result: Item | undefined,
): string {
  const scripted = user ? user.turn?.reply : state.script.greeting;
  if (scripted !== undefined) return scripted.replaceAll("{{output}}", result?.output ?? "");
  if (result) return `The tool ${called?.name ?? ""} answered: ${quotable(result.output ?? "")}`;
  if (!user) return `Hello. ${WHO_I_AM}`;
  const text = typedText(user.item);
  if (text !== "") return `You wrote: "${quotable(text)}" ${WHO_I_AM}`;
  return `I heard ${secondsOf(user.speechMs ?? 0)} seconds of speech. ${WHO_I_AM}`;
}

/** What an utterance is transcribed as: the script's words, else only how long it was. */
export function heardText(stored: StoredItem): string {
  return stored.turn?.heard ?? `(${secondsOf(stored.speechMs ?? 0)} seconds of speech)`;
}

function userTexts(items: readonly StoredItem[]): string {
  const texts = items.filter(({ item }) => item.role === "user").map(({ item }) => typedText(item));
  return texts.join(" ").trim();
}

function typedText(item: Item): string {
  const texts = (item.content ?? [])
    .filter((part) => part.type === "input_text")
    .map((part) => part.text ?? "");
  return texts.join(" ").trim();
}

function hasTool(tools: ReplyOptions["tools"], name: string): boolean {
  return tools.some((tool) => tool.type === "function" && tool.name === name);
}

function forcedTool(tools: ReplyOptions["tools"], choice: ReplyOptions["toolChoice"]): string | undefined {
  if (typeof choice === "object") return typeof choice.name === "string" ? choice.name : undefined;
  return choice === "required" ? tools.find((tool) => tool.type === "function")?.name : undefined;
}

/** The arguments of a scripted call as the text that a model writes. */
export function argumentsText(args: string | Record<string, unknown> | undefined): string {
  return typeof args === "string" ? args : JSON.stringify(args ?? {});
}

function secondsOf(ms: number): string {
  return (ms / 1000).toFixed(1);
}

/** A text, cut when it is too long to be said back. */
export function quotable(text: string): string {
  return text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}…` : text;
}
