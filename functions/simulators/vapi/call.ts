import { randomUUID } from "node:crypto";
import type { Script } from "./callScript.js";

/** A web call, and what was sent of it. */
export interface Call {
  id: string;
  assistantId: string;
  metadata: Record<string, unknown> | undefined;
  script: Script;
  startedMs: number;
  status: "queued" | "in-progress" | "ended";
  deliveries: Delivery[];
}

/** A message that was posted. */
export interface Delivery {
  type: string;
  /** What it was answered with; null where it was not. */
  status: number | null;
}

export function newCall(given: Pick<Call, "assistantId" | "metadata" | "script"> & { id?: string }): Call {
  const { id = randomUUID(), ...rest } = given;
  return { id, ...rest, startedMs: Date.now(), status: "queued", deliveries: [] };
}

/** As Vapi's API shows it. https://docs.vapi.ai/api-reference/calls/create */
export function callResource(call: Call, orgId: string) {
  const { metadata } = call;
  const place = call.script.metadataIn;
  return {
    id: call.id,
    orgId,
    createdAt: new Date(call.startedMs).toISOString(),
    updatedAt: new Date(call.startedMs).toISOString(),
    type: "webCall" as const,
    status: call.status,
    assistantId: call.assistantId,
    assistantOverrides: metadata && place === "overrides" ? { metadata } : {},
    ...(metadata && place === "call" ? { metadata } : {}),
    webCallUrl: `https://vapi.daily.invalid/${call.id}`,
    transport: { provider: "daily", assistantVideoEnabled: false },
  };
}
