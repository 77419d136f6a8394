import { message, nothing } from "../core/plainSchemas";
import { assistantErrors } from "../endpoint/errorFamilies";
import { https, route } from "../endpoint/https";
import { operation } from "../endpoint/operation";
import { paged } from "../endpoint/paged";
import { redirect } from "../endpoint/redirect";
import { GOOGLE_SECRETS } from "../endpoint/secrets";
import { beginConnection } from "./beginConnection";
import { completeConnection } from "./completeConnection";
import { disconnectCalendar } from "./disconnect";
import { listEvents } from "./listEvents";
import * as schemas from "./schemas";

const secrets = [...GOOGLE_SECRETS, "SECRET_KEY"] as const;

const beginning = operation({
  summary: "Where the caller lets us into their Google Calendar",
  auth: "fresh",
  secrets,
  errors: ["rate_limited", "not_configured"],
  input: nothing,
  output: schemas.authorization,
  run: beginConnection,
});
const completing = operation({
  summary: "Google sends the user back, who goes on to the frontend",
  auth: "none",
  skipsAppCheck: true,
  secrets,
  errors: ["not_configured"],
  input: schemas.callbackInput,
  output: schemas.frontendUrl,
  run: completeConnection,
});
const listing = operation({
  summary: "One's own events, the next first",
  auth: "token",
  secrets,
  errors: ["not_found", "not_configured", "provider_failed", "provider_unavailable"],
  input: schemas.listEventsInput,
  output: schemas.listEventsOutput,
  run: listEvents,
});
const disconnecting = operation({
  summary: "Give back the access to Google Calendar and erase it; again it changes nothing",
  auth: "token",
  secrets,
  errors: ["not_configured", "provider_unavailable"],
  input: nothing,
  output: message,
  run: disconnectCalendar,
});

const family = assistantErrors;
export const googleCalendarAuthHttp = https({
  path: "/google-calendar/auth",
  family,
  routes: { GET: route(beginning) },
});
export const googleCalendarCallbackHttp = https({
  path: "/google-calendar/callback",
  family,
  routes: { GET: redirect(completing) },
});
export const googleCalendarEventsHttp = https({
  path: "/google-calendar/events",
  family,
  routes: {
    GET: route(
      listing,
      paged(({ events }) => events, schemas.event),
    ),
  },
});
export const googleCalendarConnectionHttp = https({
  path: "/google-calendar/connection",
  family,
  routes: { DELETE: route(disconnecting) },
});
