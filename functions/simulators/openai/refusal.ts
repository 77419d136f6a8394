/** An HTTP answer that says no, also one instead of a WebSocket. */
export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** The `error` of a refusal; what is left out is null, and its type `invalid_request_error`. */
export interface RefusalError {
  message: string;
  type?: string;
  param?: string | null;
  code?: string | null;
}

export function refusal(status: number, error: RefusalError, headers: Record<string, string> = {}): Refusal {
  const { message, type = "invalid_request_error", param = null, code = null } = error;
  return { status, headers, body: { error: { message, type, param, code } } };
}

/** Thrown where a request is found wanting, and answered by the endpoint's caller. */
export class RefusedRequest extends Error {
  constructor(readonly refusal: Refusal) {
    super(`refused with ${refusal.status}`);
  }
}

/** Ends the request with a 400, or another status, in OpenAI's error shape. */
export function refuse(error: RefusalError, status = 400): never {
  throw new RefusedRequest(refusal(status, error));
}

export function unknownModel(model: string): never {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return refuse({ message, code: "model_not_found" }, 404);
}
