import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readJson, sendJson } from "../json.js";
import { accountSchema } from "./accounts.js";
import { eventResource } from "./calendar/eventResource.js";
import { type Whose, whoseSchema } from "./caller.js";
import { clientSchema } from "./clients.js";
import { faultSchema } from "./faults.js";
import { giveGrant, grantSchema } from "./giveGrant.js";
import { calendarFor, seed, seedSchema } from "./seed.js";
import type { World } from "./world.js";

interface ControlRequest {
  world: World;
  body: unknown;
  /** From the query: `?clientId=…&account=…`. */
  whose: Whose;
  calendarId: string | undefined;
}

const OK = { ok: true };

const HANDLERS: Record<string, (request: ControlRequest) => unknown> = {
  "POST accounts": ({ world, body }) => {
    for (const account of manyOf(accountSchema, body)) world.accounts.add(account);
    return OK;
  },
  "GET accounts": ({ world }) =>
    world.accounts.all().map(({ email, name, timeZone, calendars }) => ({
      email,
      name,
      timeZone,
      calendars: calendars.map(({ id }) => id),
    })),
  "DELETE accounts": ({ world, whose }) => {
    world.accounts.delete(accountIn(whose));
    return OK;
  },
  "POST clients": ({ world, body }) => {
    for (const client of manyOf(clientSchema, body)) world.clients.add(client);
    return OK;
  },
  "GET clients": ({ world }) => world.clients.all().map(({ clientSecret: _, ...shown }) => shown),
  "POST events": ({ world, body }) => ({ ids: seed(world.accounts, seedSchema.parse(body), world.now()) }),
  "GET events": (request) => {
    const calendar = calendarIn(request);
    return calendar.events().map((event) => eventResource(event, calendar, calendar.timeZone));
  },
  "DELETE events": (request) => {
    calendarIn(request).clear();
    return OK;
  },
  "POST grants": ({ world, body }) => giveGrant(world, grantSchema.parse(body)),
  "GET grants": ({ world, whose }) => world.grants.view(whose, world.now()),
  "DELETE grants": ({ world, whose }) => ({ revoked: world.grants.revoke(whose) }),
  "POST expire": ({ world, body }) => ({
    expired: world.grants.expire(whoseSchema.parse(body), world.now()),
  }),
  "POST faults": ({ world, body }) => manyOf(faultSchema, body).map((fault) => world.faults.add(fault)),
  "GET faults": ({ world, whose }) => world.faults.pending(whose),
  "DELETE faults": ({ world, whose }) => {
    world.faults.clear(whose);
    return OK;
  },
  "GET requests": ({ world, whose }) => world.requests.view(whose),
  "GET counts": ({ world, whose }) => world.requests.counts(whose),
  "DELETE requests": ({ world, whose }) => {
    world.requests.clear(whose);
    return OK;
  },
};

/** Answers `/control/google/<what>`; a bad body is a 400 that says what is wrong. */
export async function handleControl(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  { what, query }: { what: string; query: URLSearchParams },
): Promise<void> {
  const handler = HANDLERS[`${request.method} ${what}`];
  if (!handler) return refuse(response, what);
  const body = await readJson(request);
  try {
    const { calendarId, ...whose } = Object.fromEntries(query);
    sendJson(response, 200, handler({ world, body, whose: whoseSchema.parse(whose), calendarId }));
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    sendJson(response, 400, { error: { message } });
  }
}

function manyOf<T extends z.ZodType>(schema: T, body: unknown): z.output<T>[] {
  return z.array(schema).parse([body].flat());
}

function accountIn({ account }: Whose): string {
  if (account) return account;
  throw new Error("Which account? Name it in the query.");
}

function calendarIn({ world, whose, calendarId }: ControlRequest) {
  const email = accountIn(whose);
  return calendarFor(world.accounts.get(email), email, calendarId);
}

function refuse(response: ServerResponse, what: string): void {
  const allowed = ["GET", "POST", "DELETE"].filter((method) => HANDLERS[`${method} ${what}`]);
  if (allowed.length === 0) sendJson(response, 404, { error: { message: `No control '${what}'.` } });
  else sendJson(response, 405, { error: { message: "Method not allowed." } }, { Allow: allowed.join(", ") });
}
