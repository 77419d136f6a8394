/** What Twilio answered a request with that failed: its HTTP status, and its own code. */
export interface AnsweredFailure {
  status: number;
  code?: number;
}

/** What Twilio answered, where it was no success: the SDK has a class for each of Twilio's two shapes of errors. */
export function answeredFailure(error: unknown): AnsweredFailure | undefined {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return undefined;
  const code = "code" in error && typeof error.code === "number" ? error.code : undefined;
  return { status: error.status, code };
}

/** Without Twilio's words, which may quote numbers. */
export function described({ status, code }: AnsweredFailure): Error {
  return new Error(`Twilio answered HTTP ${status}, code ${code ?? "none"}`);
}
