import { z } from "zod";

/** The server messages that are sent of a call, as they can be left out. */
export const MESSAGE_TYPES = ["status-update", "transcript", "end-of-call-report"] as const;

/** What a call is like. */
export const scriptSchema = z.strictObject({
  turns: z
    .array(
      z.strictObject({
        role: z.enum(["user", "assistant"]),
        text: z.string(),
        seconds: z.number().min(0).default(2),
      }),
    )
    .default([
      { role: "assistant", text: "Hello, how are you today?", seconds: 2 },
      { role: "user", text: "Fine, thank you.", seconds: 2 },
    ]),
  endedReason: z.string().default("customer-ended-call"),
  /** In what order its messages arrive. */
  order: z.enum(["usual", "reversed"]).default("usual"),
  /** Each message is sent twice. */
  isDoubled: z.boolean().default(false),
  leavesOut: z.array(z.enum(MESSAGE_TYPES)).default([]),
  /** Where Vapi puts the metadata that the call was started with. */
  metadataIn: z.enum(["overrides", "call", "assistant"]).default("overrides"),
  /** How the secret is sent. */
  secretIn: z.enum(["x-vapi-secret", "bearer"]).default("x-vapi-secret"),
  /** Between two messages. */
  paceMs: z.number().min(0).max(60_000).default(0),
});
export type Script = z.output<typeof scriptSchema>;
export type ScriptInput = z.input<typeof scriptSchema>;

/** The body of `POST /control/vapi/calls`: a call that is held at once. */
export const callSchema = scriptSchema.extend({
  /** Another than the next one. */
  callId: z.string().optional(),
  assistantId: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  /** Where its messages go; ours by default. */
  serverUrl: z.url().optional(),
  secret: z.string().optional(),
});
export type CallInput = z.input<typeof callSchema>;
