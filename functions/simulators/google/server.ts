import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { serveSimulators } from "../httpServer.js";
import { sendJson, UnreadableBody } from "../json.js";
import type { ProviderSimulator } from "../provider.js";
import { type AccountInput, AccountList } from "./accounts.js";
import { type EventResource, eventResource } from "./calendar/eventResource.js";
import type { Whose } from "./caller.js";
import { type Client, type ClientInput, ClientList, clientFrom } from "./clients.js";
import { handleControl } from "./control.js";
import { fillWorld } from "./defaultWorld.js";
import { type FaultInput, FaultQueue } from "./faults.js";
import { type GrantInput, giveGrant, type Tokens } from "./giveGrant.js";
import { handleApi } from "./httpApi.js";
import { GrantStore, type GrantView } from "./oauth/grants.js";
import { IdTokenSigner } from "./oauth/idToken.js";
import { RequestLog, type RequestView } from "./requestLog.js";
import { calendarFor, type SeedInput, seed } from "./seed.js";
import type { World } from "./world.js";

export interface GoogleSimulatorOptions {
  /** What is left out comes from GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and GOOGLE_REDIRECT_URI. */
  client?: Partial<ClientInput>;
  /** Milliseconds since the epoch; the real time when left out. */
  now?: () => number;
}

/** A simulator in this process, steered by calls instead of by its control endpoints. */
export interface GoogleSimulator {
  /** `http://127.0.0.1:<port>/google`, for `GOOGLE_OAUTH_BASE_URL` and `GOOGLE_API_BASE_URL`. */
  url: string;
  /** `http://127.0.0.1:<port>/control/google` */
  controlUrl: string;
  client: Client;
  addClient(client: ClientInput): Client;
  addAccount(account: AccountInput): void;
  /** Gives the events' ids. */
  seed(input: SeedInput): string[];
  /** Everything in a calendar, deleted or not. */
  events(account: string, calendarId?: string): EventResource[];
  /** Allows an app something, without the consent page. */
  grant(input: GrantInput): Tokens;
  grants(whose?: Whose): GrantView[];
  /** As the user would at Google; gives how many grants ended. */
  revoke(whose: Whose): number;
  /** Ends access tokens; gives how many. */
  expire(whose: Whose): number;
  addFault(fault: FaultInput): void;
  clearFaults(whose?: Whose): void;
  requests(whose?: Whose): RequestView[];
  counts(whose?: Whose): Record<string, number>;
  stop(): Promise<void>;
}

const API = "/google";
const CONTROL = "/control/google/";
const NOTE =
  "Speaks OAuth with a consent page, and Calendar v3: events with recurrence, free and busy times, calendars and " +
  "settings. No real account is used, and no one is invited or reminded. No lists of changes (sync tokens), channels, " +
  "access control, moving, importing, conferences, working locations, service accounts, device flow or quotas; of " +
  "recurrence no BYWEEKNO, BYYEARDAY, BYHOUR or EXRULE.";

/** Starts the simulator alone on a loopback port; 0, the default, picks a free one. */
export async function startGoogleSimulator(
  options: GoogleSimulatorOptions & { port?: number } = {},
): Promise<GoogleSimulator> {
  const providers = googleProviders(options);
  const [{ world, client }] = providers;
  const server = await serveSimulators(options.port ?? 0, providers);
  return {
    url: server.url + API,
    controlUrl: `${server.url}/control/google`,
    client,
    addClient: (input) => world.clients.add(input),
    addAccount: (account) => void world.accounts.add(account),
    seed: (input) => seed(world.accounts, input, world.now()),
    events: (account, calendarId) => {
      const calendar = calendarFor(world.accounts.get(account), account, calendarId);
      return calendar.events().map((event) => eventResource(event, calendar, calendar.timeZone));
    },
    grant: (input) => giveGrant(world, input),
    grants: (whose = {}) => world.grants.view(whose, world.now()),
    revoke: (whose) => world.grants.revoke(whose),
    expire: (whose) => world.grants.expire(whose, world.now()),
    addFault: (fault) => void world.faults.add(fault),
    clearFaults: (whose) => world.faults.clear(whose),
    requests: (whose) => world.requests.view(whose),
    counts: (whose) => world.requests.counts(whose),
    stop: () => server.stop(),
  };
}

/** The simulator under both of its addresses, as a part of a server that others share. */
export function googleProviders(options: GoogleSimulatorOptions = {}): [GoogleProvider, ProviderSimulator] {
  const provider = new GoogleProvider(options);
  return [provider, provider.calendarAtRoot];
}

export class GoogleProvider implements ProviderSimulator {
  readonly name = "google";
  readonly note = NOTE;
  readonly world: World;
  readonly client: Client;
  /** Google's SDK drops the path of a client's `rootUrl`, so the calendars are at `/calendar/v3` too. */
  readonly calendarAtRoot: ProviderSimulator = {
    name: "calendar",
    note: "The calendars of /google once more: where Google's SDK looks for them, whatever the path of its rootUrl.",
    handleRequest: (request, response, url) => this.answer(request, response, url.pathname, url.searchParams),
    handleUpgrade: (_request, socket) => refuseUpgrade(socket),
    stop: () => {},
  };
  private readonly stopping = new AbortController();

  constructor({ client = {}, now = Date.now }: GoogleSimulatorOptions = {}) {
    this.world = {
      accounts: new AccountList(),
      clients: new ClientList(),
      grants: new GrantStore(),
      signer: new IdTokenSigner(),
      faults: new FaultQueue(),
      requests: new RequestLog(),
      now,
      stopped: this.stopping.signal,
    };
    this.client = this.world.clients.add(clientFrom(client, process.env));
    fillWorld(this.world);
  }

  async handleRequest(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { pathname, searchParams: query } = url;
    if (!pathname.startsWith(CONTROL)) {
      return this.answer(request, response, pathname.slice(API.length), query);
    }
    const what = pathname.slice(CONTROL.length);
    await readable(response, () => handleControl(this.world, request, response, { what, query }));
  }

  handleUpgrade(_request: IncomingMessage, socket: Duplex): void {
    refuseUpgrade(socket);
  }

  stop(): void {
    this.stopping.abort();
  }

  private answer(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
  ): Promise<void> {
    return readable(response, () => handleApi(this.world, request, response, { path, query }));
  }
}

async function readable(response: ServerResponse, answer: () => Promise<void>): Promise<void> {
  try {
    await answer();
  } catch (error) {
    if (!(error instanceof UnreadableBody)) throw error;
    sendJson(response, 400, { error: { code: 400, message: error.message } }, { Connection: "close" });
  }
}

/** There is nothing at Google that would take one. */
function refuseUpgrade(socket: Duplex): void {
  socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}
