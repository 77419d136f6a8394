import type { Account } from "./account.js";
import type { Call } from "./call.js";
import type { Script } from "./callScript.js";
import type { FaultQueue } from "./faults.js";
import type { RequestLog } from "./requestLog.js";

/** All that the simulator remembers. */
export interface World {
  account: Account;
  /** What calls from browsers are like from now on. */
  script: Script;
  calls: Call[];
  faults: FaultQueue;
  requests: RequestLog;
  /** Where the messages of calls go by default: the application's `/vapi/events`. */
  serverUrl: string;
  stopped: AbortSignal;
}
