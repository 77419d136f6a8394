import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Answer } from "./api.js";

/** An answer as it goes over the wire. */
export interface WrittenAnswer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string;
}

export function writeAnswer({ status, headers, json, html }: Answer): WrittenAnswer {
  if (html !== undefined) {
    return { status, headers: { "Content-Type": "text/html; charset=utf-8", ...headers }, body: html };
  }
  if (json === undefined) return { status, headers: { ...headers }, body: "" };
  const type = { "Content-Type": "application/json; charset=UTF-8" };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(json) };
}

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const { status, headers, body } = writeAnswer(answer);
  response.writeHead(status, headers);
  response.end(body);
}
