import type { AccountList } from "./accounts.js";
import type { ClientList } from "./clients.js";
import type { FaultQueue } from "./faults.js";
import type { GrantStore } from "./oauth/grants.js";
import type { IdTokenSigner } from "./oauth/idToken.js";
import type { RequestLog } from "./requestLog.js";

/** What one simulator is made of, for OAuth, the calendars and the controls alike. */
export interface World {
  accounts: AccountList;
  clients: ClientList;
  grants: GrantStore;
  signer: IdTokenSigner;
  faults: FaultQueue;
  requests: RequestLog;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Aborted when the simulator stops. */
  stopped: AbortSignal;
}
