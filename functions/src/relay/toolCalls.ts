import { z } from "zod";
import { sha256 } from "../core/ids";
import type { ModelItem } from "./serverEvents";

/** A call of a tool that the model has made, whole or not. */
export interface CalledTool {
  callId: string;
  name: string;
  /** JSON, as the model wrote it. */
  arguments: string;
}

const functionCall = z.looseObject({
  type: z.literal("function_call"),
  call_id: z.string().min(1),
  name: z.string(),
  arguments: z.string().default("{}"),
  // One that was broken off is not in the conversation to be answered.
  status: z.literal("completed").optional(),
});

/** The tools that were called among the items of a response. */
export function calledTools(output: ModelItem[]): CalledTool[] {
  return output.flatMap((item) => {
    const call = functionCall.safeParse(item);
    if (!call.success) return [];
    const { call_id: callId, name, arguments: written } = call.data;
    return [{ callId, name, arguments: written }];
  });
}

/** The id of the item that holds what came of a call: by it the model refuses an output that it has. At most 32 characters. */
export function outputItemId(callId: string): string {
  return `output_${sha256(callId).slice(0, 24)}`;
}

/** The event that tells the model what came of its call. */
export function toolOutputEvent(callId: string, output: object) {
  const item = { type: "function_call_output", call_id: callId, output: JSON.stringify(output) };
  return { type: "conversation.item.create", item } as const;
}
