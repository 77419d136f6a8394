import type { CalledTool } from "../toolCalls";
import type { Ending } from "./farewell";

const NO_PARAMETERS = { type: "object", properties: {}, additionalProperties: false };

const END_CALL = {
  type: "function",
  name: "end_call",
  description:
    "Hangs up. Call it once the conversation is over or the caller wants to go, after saying goodbye in the same turn.",
  parameters: NO_PARAMETERS,
} as const;
const TRANSFER_TO_HUMAN = {
  type: "function",
  name: "transfer_to_human",
  description:
    "Connects the caller to a human. Call it when the caller asks for one, after saying so in the same turn.",
  parameters: NO_PARAMETERS,
} as const;

/** What the model may do with a call besides speaking. */
export function phoneTools(canTransfer: boolean) {
  return canTransfer ? [END_CALL, TRANSFER_TO_HUMAN] : [END_CALL];
}

/**
 * What the model is told of its call, and how the phone call ends by it, if it does.
 * @param isWhole the response was not broken off: where the caller has interrupted it, its intention is void
 */
export function toolOutput(
  { name }: CalledTool,
  { canTransfer, isWhole }: { canTransfer: boolean; isWhole: boolean },
): { output: object; ends?: Ending } {
  const isKnown = phoneTools(canTransfer).some((tool) => tool.name === name);
  if (!isKnown) return { output: { error: "There is no such tool." } };
  if (!isWhole) return { output: { error: "The caller has interrupted." } };
  return name === "end_call"
    ? { output: { result: "The call ends." }, ends: "assistant" }
    : { output: { result: "The caller is being connected." }, ends: "transferred" };
}
