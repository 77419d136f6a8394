import type { IncomingMessage } from "node:http";

/** How a socket proves whom it speaks for. */
export type Credentials =
  | { kind: "ticket"; ticket: string }
  | { kind: "idToken"; idToken: string; sessionId: string | undefined }
  | { kind: "none" };

const SUBPROTOCOL = "openai-insecure-api-key.";

/**
 * Reads the credentials of an upgrade: `?ticket=`, else `Authorization: Bearer` with a ticket or an ID token, else the
 * subprotocol in which the official clients send a key from a browser.
 */
export function readCredentials(request: IncomingMessage): Credentials {
  const { searchParams } = new URL(request.url ?? "/", "ws://relay");
  const ticket = searchParams.get("ticket");
  // Never an ID token, which is good for an hour and would stand in every log of addresses.
  if (ticket) return { kind: "ticket", ticket };
  const secret =
    /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ??
    offeredProtocols(request)
      .find((protocol) => protocol.startsWith(SUBPROTOCOL))
      ?.slice(SUBPROTOCOL.length);
  if (!secret) return { kind: "none" };
  // An ID token is a JWT and has three parts; a ticket has two.
  if (secret.split(".").length !== 3) return { kind: "ticket", ticket: secret };
  return { kind: "idToken", idToken: secret, sessionId: searchParams.get("sessionId") ?? undefined };
}

function offeredProtocols(request: IncomingMessage): string[] {
  return (request.headers["sec-websocket-protocol"] ?? "").split(",").map((protocol) => protocol.trim());
}

/** `realtime` where it was offered; never the one that carries the key. */
export function selectProtocol(offered: Set<string>): string | false {
  return offered.has("realtime") ? "realtime" : false;
}
