import type { Call } from "../call/call.js";
import type { TwimlSource } from "../call/callRequest.js";
import { answer } from "../call/lifecycle.js";
import type { World } from "../world.js";
import { fetchTwiml } from "./fetchTwiml.js";
import { parseTwiml, type TwimlElement, TwimlError } from "./parseTwiml.js";
import { VERBS } from "./verbs.js";

/**
 * Gets a document and executes its verbs until one of them, or the signal, ends it; gives the document that follows.
 * One that cannot be had or understood is noted, and ends the call as Twilio's "an application error has occurred".
 */
export async function runDocument(
  world: World,
  call: Call,
  source: TwimlSource,
  signal: AbortSignal,
): Promise<TwimlSource | undefined> {
  const verbs = await understood(world, call, source, signal);
  if (!verbs) return undefined;
  for (const element of verbs) {
    if (signal.aborted) return undefined;
    if (isUnanswered(call) && element.name !== "Reject") answer(world, call);
    const [noun] = element.children;
    const { name: verb, attributes, text } = element;
    call.verbs.push({ verb, at: Date.now(), attributes, text, ...(noun && { noun: shown(noun) }) });
    const next = await VERBS[verb]?.({ world, call, element, signal, baseUrl: urlOf(source) });
    if (next === "hangUp") return undefined;
    if (next) return next;
  }
  return undefined;
}

async function understood(
  world: World,
  call: Call,
  source: TwimlSource,
  signal: AbortSignal,
): Promise<TwimlElement[] | undefined> {
  try {
    const document = await fetchTwiml(world, call, source, signal);
    return document === undefined ? undefined : parseTwiml(document);
  } catch (error) {
    if (!(error instanceof TwimlError)) throw error;
    if (signal.aborted) return undefined;
    call.fail(error.code, error.message);
    const instead = fallbackOf(call, source, error);
    if (instead) return understood(world, call, instead, signal);
    // Twilio answers a call in order to say so.
    if (isUnanswered(call)) answer(world, call);
    return undefined;
  }
}

/** The call's fallback address, told what was wrong; none for a document that came from there. */
function fallbackOf(call: Call, failed: TwimlSource, error: TwimlError): TwimlSource | undefined {
  const { fallback } = call.request;
  if (!fallback || urlOf(failed) === fallback.url) return undefined;
  const params = { ErrorCode: String(error.code), ErrorUrl: urlOf(failed) ?? "" };
  return { ...fallback, params };
}

function isUnanswered(call: Call): boolean {
  return call.answeredAt === undefined && !call.over.aborted;
}

function urlOf(source: TwimlSource): string | undefined {
  return "url" in source ? source.url : undefined;
}

function shown({ name, attributes, text }: TwimlElement) {
  return { name, attributes, text };
}
