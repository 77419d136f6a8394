import { callable } from "../endpoint/callable";
import { webrtcErrors } from "../endpoint/errorFamilies";
import { https, route } from "../endpoint/https";
import { operation } from "../endpoint/operation";
import { OPENAI_SECRETS, TWILIO_SECRETS } from "../endpoint/secrets";
import { CALLS_PATH } from "../voice/connectVoice";
import * as schemas from "./schemas";
import { getTurnCredentials as getTurn } from "./turnCredentials";
import * as turn from "./turnSchemas";

const gettingTurn = operation({
  summary: "STUN and TURN servers for a WebRTC connection, with one's own credentials",
  auth: "fresh",
  secrets: [...TWILIO_SECRETS, "SECRET_KEY"],
  errors: ["rate_limited", "not_configured", "provider_failed", "provider_unavailable"],
  input: turn.turnInput,
  output: turn.turnCredentials,
  run: getTurn,
});
const creatingKey = operation({
  summary: "Open a session for a question of an interview, and get an ephemeral key for it",
  auth: "fresh",
  secrets: OPENAI_SECRETS,
  errors: ["not_found", "rate_limited", "not_configured", "provider_failed", "provider_unavailable"],
  input: schemas.keyInput,
  output: schemas.keyOutput,
  // What gives out TURN servers alone does not pay for OpenAI's SDK.
  run: async (ctx, input) => (await import("./createRealtimeKey.js")).createRealtimeKey(ctx, input),
});
const startingCall = operation({
  summary: "Begin a WebRTC call with the model that the server records, limits and can end",
  auth: "fresh",
  secrets: [...OPENAI_SECRETS, "SECRET_KEY"],
  errors: [
    "permission_denied",
    "not_found",
    "conflict",
    "session_expired",
    "rate_limited",
    "not_configured",
    "provider_failed",
    "provider_unavailable",
  ],
  input: schemas.callInput,
  output: schemas.callOutput,
  run: async (ctx, input) => (await import("./startRealtimeCall.js")).startRealtimeCall(ctx, input),
});

export const getTurnCredentials = callable(gettingTurn);
export const createRealtimeKey = callable(creatingKey);
export const startRealtimeCall = callable(startingCall);

export const turnCredentialsHttp = https({
  path: "/api/v1/webrtc/turn-credentials",
  family: webrtcErrors,
  routes: { GET: route(gettingTurn) },
});
export const realtimeKeyHttp = https({
  path: "/api/v1/webrtc/openai-ephemeral-key",
  family: webrtcErrors,
  routes: { POST: route(creatingKey) },
});
export const realtimeCallsHttp = https({
  path: CALLS_PATH,
  family: webrtcErrors,
  routes: { POST: route(startingCall, { status: 201 }) },
});
