import type { IncomingMessage } from "node:http";
import { UnreadableBody } from "../../json.js";
import { refuse } from "../refusal.js";

/** What a client asks a call with. */
export interface Offer {
  sdp: string;
  /** As it came, unchecked; undefined when none was given. */
  session: unknown;
}

const BODY_MAX_BYTES = 1024 * 1024;

/** Reads the body of `POST /v1/realtime/calls`: an SDP alone, or a form of `sdp` and `session`. Throws a refusal. */
export async function readOffer(request: IncomingMessage): Promise<Offer> {
  const type = request.headers["content-type"] ?? "";
  const body = await readBody(request);
  if (/^application\/sdp\b/i.test(type)) return { sdp: body.toString("utf8"), session: undefined };
  if (/^multipart\/form-data\b/i.test(type)) return fromForm(body, type);
  const message = `Unsupported content type: '${type}'. This API method only accepts 'application/sdp' and 'multipart/form-data' requests.`;
  return refuse({ message, code: "unsupported_content_type" });
}

/** Refuses what is no offer of a call: audio in PCMU is needed, a data channel is not. */
export function checkSdp(sdp: string): void {
  if (sdp === "") refuse({ message: "Missing required parameter: 'sdp'.", param: "sdp", code: MISSING });
  const isWhole = ["v=0", "m=audio ", "a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:"].every((start) =>
    sdp.split(/\r?\n/).some((line) => line.startsWith(start)),
  );
  if (!isWhole) refuseSdp("the offer lacks audio, ICE credentials or a fingerprint");
  // Every WebRTC client must speak PCMU (RFC 7874), and its payload type is 0.
  if (!/^m=audio \d+ \S+(?: \d+)* 0(?: |\r?$)/m.test(sdp)) refuseSdp("this simulator speaks only PCMU");
}

/** The 400 of an offer that cannot be answered. */
export function refuseSdp(why: string): never {
  return refuse({ message: `Invalid SDP offer: ${why}.`, param: "sdp", code: "invalid_offer" });
}

const MISSING = "missing_required_parameter";

async function fromForm(body: Buffer, type: string): Promise<Offer> {
  const form = await formOf(body, type);
  const session = await textOf(form.get("session"));
  return {
    sdp: (await textOf(form.get("sdp"))) ?? "",
    session: session === undefined ? undefined : parseSession(session),
  };
}

async function formOf(body: Buffer, type: string): Promise<FormData> {
  try {
    const response = new Response(new Uint8Array(body), { headers: { "Content-Type": type } });
    return await response.formData();
  } catch {
    return refuse({ message: "We could not parse the multipart form of your request." });
  }
}

/** A part's text, whether it came with a file name or without. */
async function textOf(part: Awaited<ReturnType<FormData["get"]>>): Promise<string | undefined> {
  return part === null || typeof part === "string" ? (part ?? undefined) : part.text();
}

function parseSession(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse({ message: "We could not parse the JSON of your session.", param: "session" });
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX_BYTES) throw new UnreadableBody("The request body is larger than 1 MiB.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
