import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** One provider's simulator, mounted beside the others on one HTTP server. */
export interface ProviderSimulator {
  /** Its first path segment: `/openai/…` is its API, `/control/openai/…` its controls. */
  readonly name: string;
  /** One line for people: what it does not do. */
  readonly note: string;
  handleRequest(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, url: URL): void;
  /** Ends every connection and timer. */
  stop(): void;
}
