import { message, nothing } from "../core/plainSchemas";
import { assistantErrors } from "../endpoint/errorFamilies";
import { https, route } from "../endpoint/https";
import { operation } from "../endpoint/operation";
import { GOOGLE_SECRETS } from "../endpoint/secrets";
import { login, refresh } from "./login";
import { register } from "./register";
import * as schemas from "./schemas";
import { getMe } from "./users";

const registering = operation({
  summary: "Make an account with a password",
  auth: "none",
  errors: ["conflict", "rate_limited", "busy", "provider_unavailable"],
  input: schemas.registerInput,
  output: schemas.registered,
  run: register,
});
const loggingIn = operation({
  summary: "Sign in with a password; the tokens are Firebase's",
  auth: "none",
  errors: ["unauthenticated", "rate_limited", "busy", "not_configured", "provider_unavailable"],
  input: schemas.loginInput,
  output: schemas.loginOutput,
  run: login,
});
const refreshing = operation({
  summary: "New tokens for a refresh token",
  auth: "none",
  errors: ["unauthenticated", "rate_limited", "busy", "not_configured", "provider_unavailable"],
  input: schemas.refreshInput,
  output: schemas.tokens,
  run: refresh,
});
const readingMe = operation({
  summary: "The caller's account",
  auth: "token",
  input: nothing,
  output: schemas.user,
  run: getMe,
});
const deletingMe = operation({
  summary: "Erase the caller's account and everything of theirs, and close their open sockets",
  auth: "fresh",
  timeoutSeconds: 540,
  errors: ["provider_unavailable"],
  input: nothing,
  output: message,
  // Erasing knows every feature, and signing in need not load them.
  // What was granted by a calendar is given back.
  secrets: [...GOOGLE_SECRETS, "SECRET_KEY"],
  run: async (ctx) => (await import("./deleteAccount.js")).deleteAccount(ctx),
});

export const authRegisterHttp = https({
  path: "/auth/register",
  family: assistantErrors,
  routes: { POST: route(registering, { status: 201 }) },
});
export const authLoginHttp = https({
  path: "/auth/login",
  family: assistantErrors,
  routes: { POST: route(loggingIn) },
});
export const authRefreshHttp = https({
  path: "/auth/refresh",
  family: assistantErrors,
  routes: { POST: route(refreshing) },
});
export const usersMeHttp = https({
  path: "/users/me",
  family: assistantErrors,
  routes: { GET: route(readingMe), DELETE: route(deletingMe) },
});
