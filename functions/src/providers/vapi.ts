import { z } from "zod";

// Vapi's API: https://docs.vapi.ai/api-reference/assistants/get

/** How Vapi is asked. */
export interface VapiAccess {
  baseUrl: string;
  /** The private key. */
  apiKey: string;
}

/**
 * What Vapi says of an assistant. `refused`: it does not take the key, or the question. `unavailable`: it is slow, down,
 * overloaded, or says nothing that can be read; `why` is for the log, and has none of Vapi's words in it.
 */
export type AssistantAnswer =
  | { kind: "found" }
  | { kind: "missing" }
  | { kind: "refused"; why: string }
  | { kind: "unavailable"; why: string };

const assistant = z.looseObject({ id: z.string() });

/** Asks Vapi for an assistant, once. Never throws, and takes no longer than `timeoutMs`. 1 request. */
export async function fetchAssistant(
  { baseUrl, apiKey }: VapiAccess,
  assistantId: string,
  timeoutMs: number,
): Promise<AssistantAnswer> {
  try {
    const response = await fetch(`${baseUrl}/assistant/${encodeURIComponent(assistantId)}`, {
      headers: { Authorization: `Bearer ${apiKey}` },
      // A redirect would take the key elsewhere.
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return failed(response.status);
    }
    const { data } = assistant.safeParse(await response.json());
    return data?.id === assistantId ? { kind: "found" } : unavailable("its answer could not be read");
  } catch (error) {
    // What fetch throws may name the address.
    return unavailable(error instanceof Error ? error.name : "it did not answer");
  }
}

const DELETE_MS = 10_000;

/** Erases a call at Vapi with its recording and transcript; one that is gone stays so. 1 request. @throws Error where it may not be gone */
export async function deleteCall({ baseUrl, apiKey }: VapiAccess, callId: string): Promise<void> {
  const response = await fetch(`${baseUrl}/call/${encodeURIComponent(callId)}`, {
    method: "DELETE",
    headers: { Authorization: `Bearer ${apiKey}` },
    redirect: "error",
    signal: AbortSignal.timeout(DELETE_MS),
  });
  await response.body?.cancel();
  if (!response.ok && response.status !== 404) throw new Error(`Vapi answered HTTP ${response.status}`);
}

function failed(status: number): AssistantAnswer {
  if (status === 404) return { kind: "missing" };
  const why = `it answered HTTP ${status}`;
  const isAway = status >= 500 || status === 429 || status === 408;
  return isAway ? unavailable(why) : { kind: "refused", why };
}

function unavailable(why: string): AssistantAnswer {
  return { kind: "unavailable", why };
}
