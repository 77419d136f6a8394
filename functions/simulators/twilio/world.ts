import type { Account } from "./account.js";
import type { CallList } from "./call/callList.js";
import type { RecordingList } from "./call/recordingList.js";
import type { RecordingFolder } from "./call/recordings.js";
import type { FaultQueue } from "./faults.js";
import type { IntelligenceScripts } from "./intelligence/scripts.js";
import type { TranscriptList } from "./intelligence/transcriptList.js";
import type { RequestLog } from "./requestLog.js";
import type { ScriptList } from "./scriptList.js";
import type { Ticker } from "./stream/ticker.js";

/** What one simulator is made of, for its REST API, its calls and its controls alike. */
export interface World {
  account: Account;
  calls: CallList;
  recordings: RecordingList;
  folder: RecordingFolder;
  transcripts: TranscriptList;
  scripts: ScriptList;
  intelligence: IntelligenceScripts;
  faults: FaultQueue;
  requests: RequestLog;
  ticker: Ticker;
  /** How long the application may take to answer a webhook. */
  webhookTimeoutMs: number;
  /** Where inbound calls and webhooks of transcripts go when they name no address. */
  publicUrl: string | undefined;
  /** Aborted when the simulator stops. */
  stopped: AbortSignal;
}
