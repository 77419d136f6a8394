import { callable } from "../endpoint/callable";
import { assistantErrors, vapiErrors } from "../endpoint/errorFamilies";
import { https, route } from "../endpoint/https";
import { jsonWebhook } from "../endpoint/jsonWebhook";
import { operation } from "../endpoint/operation";
import { VAPI_SECRETS, VAPI_WEBHOOK_SECRETS } from "../endpoint/secrets";
import { MAX_EVENT_BYTES } from "./limits";
import { provenByVapi } from "./provenByVapi";
import { receiveVapiEvent } from "./receiveEvent";
import * as schemas from "./schemas";
import { startVapiSession as start } from "./startSession";

const starting = operation({
  summary:
    "Open a session with the assistant at Vapi, and get what the app's SDK starts the call with; for patients",
  auth: "fresh",
  secrets: VAPI_SECRETS,
  errors: ["permission_denied", "rate_limited", "not_configured", "provider_failed", "provider_unavailable"],
  input: schemas.startInput,
  output: schemas.startOutput,
  run: start,
});
const receiving = operation({
  summary: "Vapi tells of a call: its status, what is said, and at its end the whole conversation",
  auth: "signature",
  provider: "vapi",
  secrets: VAPI_WEBHOOK_SECRETS,
  input: schemas.eventInput,
  output: schemas.noAnswer,
  run: receiveVapiEvent,
});

export const startVapiSession = callable(starting);

export const vapiStartHttp = https({
  path: "/api/v1/sessions/vapi/start",
  family: vapiErrors,
  routes: { POST: route(starting) },
});
export const vapiEventsHttp = https({
  path: "/vapi/events",
  family: assistantErrors,
  routes: { POST: jsonWebhook(receiving, provenByVapi, MAX_EVENT_BYTES) },
});
