/** Where Twilio sends a request, or asks for TwiML. */
export interface Hook {
  url: string;
  method: "GET" | "POST";
}

/** TwiML to run: fetched, with what the verb before it reports, or given. */
export type TwimlSource = (Hook & { params?: Record<string, string> }) | { twiml: string };

export type StatusEvent = "initiated" | "ringing" | "answered" | "completed";

/** What a call is made with; the defaults of Twilio are filled in. */
export interface CallRequest {
  to: string;
  from: string;
  source: TwimlSource;
  fallback?: Hook | undefined;
  statusCallback?: Hook | undefined;
  statusEvents: StatusEvent[];
  /** How long it may ring. */
  timeoutSeconds: number;
  /** How long it may last. */
  timeLimitSeconds: number;
  recording?: { channels: 1 | 2; callback?: Hook | undefined } | undefined;
  machineDetection?: { isAsync: boolean; callback?: Hook | undefined } | undefined;
}

export const DEFAULT_TIMEOUT_SECONDS = 60;
export const DEFAULT_TIME_LIMIT_SECONDS = 14_400;
