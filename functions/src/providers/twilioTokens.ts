import type { Twilio } from "twilio";
import { z } from "zod";
import { AppError } from "../core/errors";
import { answeredFailure, described } from "./twilioFailure";

// Network Traversal Service. https://www.twilio.com/docs/stun-turn/api

/** A STUN server, or a TURN server with its credentials, as a browser's `RTCPeerConnection` takes it. */
export interface IceServer {
  /** The same as `urls`. */
  url: string;
  username?: string;
  urls: string;
  credential?: string;
}

const text = z.string().optional().catch(undefined);
const answered = z.object({
  iceServers: z.array(z.object({ url: text, urls: text, username: text, credential: text })),
});
type Answered = z.output<typeof answered>["iceServers"][number];

const STUN_URL = /^stuns?:[^?\s]+/;
const TURN_URL = /^turns?:[^?\s]+(?:\?transport=(?:udp|tcp))?$/;

/**
 * Servers with credentials that are good for so long, at most 86400 s; at least one. 1 request, which is not tried again.
 * @throws AppError provider_unavailable where Twilio does not answer, is overloaded or fails; provider_failed where it
 * refuses, or answers with nothing of use
 */
export async function createIceServers(client: Twilio, ttlSeconds: number): Promise<IceServer[]> {
  const parsed = answered.safeParse(await createToken(client, ttlSeconds));
  const usable = (parsed.data?.iceServers ?? []).flatMap(usableServer);
  if (usable.length === 0) throw failed(new Error("Twilio named no server of use"));
  return usable;
}

async function createToken(client: Twilio, ttl: number): Promise<unknown> {
  try {
    return await client.tokens.create({ ttl });
  } catch (error) {
    throw isAway(error) ? unavailable(withoutWords(error)) : failed(withoutWords(error));
  }
}

/** Whether Twilio may do it in a moment. */
function isAway(error: unknown): boolean {
  const failure = answeredFailure(error);
  return failure ? failure.status >= 500 || failure.status === 429 : isOfNetwork(error);
}

function isOfNetwork(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}

/** What the SDK says of an answer that it could not read quotes from it. */
function withoutWords(error: unknown): unknown {
  const failure = answeredFailure(error);
  if (failure) return described(failure);
  return isOfNetwork(error) ? error : new Error("Twilio's answer could not be read");
}

function unavailable(cause: unknown): AppError {
  const safeMessage = "There are no TURN credentials right now: try again in a moment.";
  return new AppError("provider_unavailable", safeMessage, { details: { retryAfterSeconds: 5 }, cause });
}

function failed(cause: unknown): AppError {
  return new AppError("provider_failed", "The TURN provider gave no credentials.", { cause });
}

/** What a browser would refuse is left out: it refuses the whole list for one such server. */
function usableServer({ url, urls = url, username, credential }: Answered): IceServer[] {
  // RFC 7064 has no parameters, unlike RFC 7065: a browser refuses `stun:…?transport=udp`.
  const stun = STUN_URL.exec(urls ?? "")?.[0];
  if (stun !== undefined) return [{ url: stun, urls: stun }];
  if (!urls || !TURN_URL.test(urls) || !username || !credential) return [];
  return [{ url: urls, username, urls, credential }];
}
