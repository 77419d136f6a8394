import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Refusal } from "./refusal.js";

/** Protocols were offered, but not the one this server speaks: no official client would go on. */
export function isUnselectable(protocols: string[]): boolean {
  return protocols.some((protocol) => protocol !== "") && !protocols.includes("realtime");
}

/** Answers an upgrade by HTTP instead, and ends the connection. */
export function refuseUpgrade(socket: Duplex, { status, headers, body }: Refusal): void {
  const text = JSON.stringify(body);
  const lines = Object.entries({
    ...headers,
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    Connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${text}`);
}
