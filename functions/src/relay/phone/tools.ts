import { z } from "zod";
import type { ModelItem } from "../serverEvents";
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

/** What the model may do in a call besides speaking. */
export function phoneTools(canTransfer: boolean) {
  return canTransfer ? [END_CALL, TRANSFER_TO_HUMAN] : [END_CALL];
}

/** A call of a tool that the model has made, whole or not. */
export interface CalledTool {
  callId: string;
  name: string;
}

const functionCall = z.looseObject({
  type: z.literal("function_call"),
  call_id: z.string().min(1),
  name: z.string(),
  // One that was broken off is not in the conversation to be answered.
  status: z.literal("completed").optional(),
});

/** The tools that were called among the items of a response. */
export function calledTools(output: ModelItem[]): CalledTool[] {
  return output.flatMap((item) => {
    const call = functionCall.safeParse(item);
    return call.success ? [{ callId: call.data.call_id, name: call.data.name }] : [];
  });
}

/**
 * What the model is told of its call, and how the call ends by it, if it does.
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
