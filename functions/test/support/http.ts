import assert from "node:assert/strict";
import { pathTemplate } from "../../src/endpoint/pathTemplate";
import { readFunctionsFile } from "./repositoryFiles";
import { fromStack } from "./stackEnvironment";

/** The two ways to an HTTPS endpoint: Hosting's rewrite and the function's own URL. */
export const DOORS = ["hosting", "function"] as const;
export type Door = (typeof DOORS)[number];

export interface Sent {
  method?: string;
  token?: string;
  /** An object goes as JSON, text and bytes as they are. */
  body?: unknown;
  headers?: Record<string, string>;
  door?: Door;
}

/** What came back, with the body both as text and parsed. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** undefined where the body is not JSON. */
  body: unknown;
}

interface DescribedOperation {
  "x-function": string;
  responses: Record<string, unknown>;
}

let described: Record<string, Record<string, DescribedOperation>> | undefined;

function operations() {
  described ??= JSON.parse(readFunctionsFile("openapi.json")).paths as NonNullable<typeof described>;
  return Object.entries(described);
}

function describedAt(pathname: string) {
  return operations().find(([template]) => {
    try {
      pathTemplate(template).match(pathname);
      return pathname !== "/";
    } catch {
      return false;
    }
  })?.[1];
}

/** The function that serves a path, and its name, by the API description. */
export function functionUrl(pathname: string): string {
  const operation = Object.values(describedAt(pathname) ?? {})[0];
  if (!operation) throw new Error(`openapi.json has nothing at ${pathname}`);
  return `${fromStack("FUNCTIONS_URL")}/${operation["x-function"]}`;
}

/** Sends a request; every answer must carry a request id and a status that the API description names. */
export async function send(path: string, sent: Sent = {}): Promise<Answer> {
  const { method = "GET", door = "hosting", token } = sent;
  const pathname = path.split("?")[0] ?? path;
  const url = door === "hosting" ? `${fromStack("HOSTING_URL")}${path}` : `${functionUrl(pathname)}${path}`;
  const body = asBody(sent.body);
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...sent.headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const answer = { status: response.status, headers: response.headers, text, body: parsed(text) };
  assertDescribed(pathname, method, answer);
  return answer;
}

function asBody(body: unknown): string | Uint8Array<ArrayBuffer> | undefined {
  if (body === undefined || typeof body === "string") return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function assertDescribed(pathname: string, method: string, answer: Answer): void {
  const operation = describedAt(pathname)?.[method.toLowerCase()];
  if (!operation) return;
  assert.match(
    answer.headers.get("x-request-id") ?? "",
    /^[0-9a-f-]{36}$/,
    "every answer carries X-Request-Id",
  );
  assert.ok(
    String(answer.status) in operation.responses,
    `openapi.json does not know ${answer.status} of ${method} ${pathname}: ${answer.text}`,
  );
}
