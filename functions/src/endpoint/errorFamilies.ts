import type { AppError, ErrorCode } from "../core/errors";

/** How a group of endpoints tells of errors: one status for each code, one shape for all. */
export interface ErrorFamily {
  name: string;
  status: Readonly<Record<ErrorCode, number>>;
  body(error: AppError): unknown;
  /** The shape of `body` as JSON Schema, for the API description. */
  schema: Readonly<Record<string, unknown>>;
}

const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  session_expired: 409,
  payload_too_large: 413,
  rate_limited: 429,
  busy: 503,
  not_configured: 500,
  provider_failed: 502,
  provider_unavailable: 503,
  internal: 500,
};

/** `{"error": "message"}`: voice, chat and speech. */
export const voiceErrors: ErrorFamily = {
  name: "VoiceError",
  status: STATUS,
  body: (error) => ({ error: error.safeMessage }),
  schema: { type: "object", properties: { error: { type: "string" } }, required: ["error"] },
};

/** `{"detail": "message", "status_code": 400}`: accounts, scenarios, calendar, calls and their transcripts. */
export const assistantErrors: ErrorFamily = {
  name: "AssistantError",
  status: { ...STATUS, invalid_argument: 422 },
  body: (error) => ({ detail: error.safeMessage, status_code: assistantErrors.status[error.code] }),
  schema: {
    type: "object",
    properties: { detail: { type: "string" }, status_code: { type: "integer" } },
    required: ["detail", "status_code"],
  },
};

/** The same shape: WebRTC and interviews. What the server lacks is missing for now, not broken. */
export const webrtcErrors: ErrorFamily = {
  ...assistantErrors,
  name: "WebrtcError",
  status: { ...assistantErrors.status, not_configured: 503 },
  body: (error) => ({ detail: error.safeMessage, status_code: webrtcErrors.status[error.code] }),
};

const FAILED = { code: "VAPI_SESSION_FAILED", message: "Unable to create voice session" };
const VAPI_KINDS: Readonly<Record<ErrorCode, { code: string; message: string }>> = {
  invalid_argument: { code: "INVALID_ARGUMENT", message: "Invalid request" },
  unauthenticated: { code: "UNAUTHENTICATED", message: "Unauthorized" },
  permission_denied: { code: "FORBIDDEN", message: "Forbidden" },
  not_found: { code: "NOT_FOUND", message: "Not found" },
  method_not_allowed: { code: "METHOD_NOT_ALLOWED", message: "Method not allowed" },
  conflict: { code: "CONFLICT", message: "Not possible in this state" },
  session_expired: { code: "SESSION_EXPIRED", message: "Session expired" },
  payload_too_large: { code: "PAYLOAD_TOO_LARGE", message: "Request too large" },
  rate_limited: { code: "RATE_LIMITED", message: "Too many requests" },
  busy: { code: "BUSY", message: "Too many requests at once" },
  not_configured: { code: "NOT_CONFIGURED", message: "Voice assistant not configured" },
  provider_failed: FAILED,
  provider_unavailable: FAILED,
  internal: FAILED,
};

/** `{"success": false, "error": {"code", "message", "details"}}`: Vapi. `details` tells what to do. */
export const vapiErrors: ErrorFamily = {
  name: "VapiError",
  status: STATUS,
  body: (error) => ({ success: false, error: { ...VAPI_KINDS[error.code], details: error.safeMessage } }),
  schema: {
    type: "object",
    properties: {
      success: { type: "boolean", const: false },
      error: {
        type: "object",
        properties: {
          code: { type: "string" },
          message: { type: "string" },
          details: { type: "string" },
        },
        required: ["code", "message", "details"],
      },
    },
    required: ["success", "error"],
  },
};
