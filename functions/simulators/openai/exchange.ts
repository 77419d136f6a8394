import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallList } from "./calls/callList.js";
import type { ClientSecrets } from "./clientSecrets.js";
import type { Controls } from "./control.js";
import type { StreamFault } from "./faultSchemas.js";
import type { LoggedRequest } from "./requestLog.js";

/** An HTTP request that is let in, and all that its endpoint needs to answer it. */
export interface Exchange {
  /** Read by the endpoint's own reader, else JSON. */
  body: unknown;
  request: IncomingMessage;
  url: URL;
  /** The id in the path; empty where there is none. */
  pathId: string;
  /** Accepted: a standard key, or an ephemeral one where the endpoint takes those. */
  key: string;
  response: ServerResponse;
  controls: Controls;
  secrets: ClientSecrets;
  calls: CallList;
  logged: LoggedRequest;
  /** For an endpoint that begins to stream. */
  takeStreamFault(): StreamFault | undefined;
}
