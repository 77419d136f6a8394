/** Why a connection to the model that had been open is of no more use, in a word for logs and metrics. */
export type UpstreamFailure =
  | "closed"
  | "not_reading"
  | "no_pong"
  | "silent"
  | "malformed"
  | "fatal_error"
  | "configuration_refused";
