import type { ServerResponse } from "node:http";
import type { ClientSecrets } from "./clientSecrets.js";
import type { Controls } from "./control.js";
import type { StreamFault } from "./faultSchemas.js";
import type { LoggedRequest } from "./requestLog.js";

/** An HTTP request that is let in, and all that its endpoint needs to answer it. */
export interface Exchange {
  body: unknown;
  response: ServerResponse;
  controls: Controls;
  secrets: ClientSecrets;
  logged: LoggedRequest;
  /** For an endpoint that begins to stream. */
  takeStreamFault(): StreamFault | undefined;
}
