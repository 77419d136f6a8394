import type { IncomingMessage } from "node:http";
import type { Config } from "../core/config";
import type { Ctx } from "../core/ctx";
import type { AttachedSession, RelayConnection } from "../voice/relayConnection";
import type { Connection } from "./connection";
import type { RelayLimits } from "./limits";
import type { RelayServices } from "./modelLink";
import type { Peer } from "./peer";

/** A socket that was accepted and does not belong to a session yet. It is paused. */
export interface Arrival {
  ctx: Ctx;
  limits: RelayLimits;
  client: Peer;
  request: IncomingMessage;
  connection: RelayConnection;
  /** Aborted when the instance is to stop: nothing more is waited for. */
  signal: AbortSignal;
}

/** A session that was taken up, and what speaks in it. */
export interface Admission {
  attached: AttachedSession;
  /** What the log is told beside it. */
  about: Record<string, string>;
  connect(services: RelayServices): Connection;
}

/** One kind of client, at addresses of its own. */
export interface ClientKind {
  path: RegExp;
  /** Whether it is told in an `error` event why it is turned away. */
  readsErrors: boolean;
  /** Whether the upgrade is accepted at all. */
  mayUpgrade(request: IncomingMessage, config: Config): boolean;
  /** Finds out which session a socket is for, and takes it up. @throws AppError where it may not */
  admit(arrival: Arrival): Promise<Admission>;
}
