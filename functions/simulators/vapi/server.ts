import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { serveSimulators } from "../httpServer.js";
import { sendJson, UnreadableBody } from "../json.js";
import type { ProviderSimulator } from "../provider.js";
import { type Account, accountFrom } from "./account.js";
import { handleApi } from "./api.js";
import type { Call } from "./call.js";
import { type CallInput, type ScriptInput, scriptSchema } from "./callScript.js";
import { handleControl, holdCall } from "./control.js";
import { type FaultInput, FaultQueue } from "./faults.js";
import { RequestLog, type RequestView } from "./requestLog.js";
import type { World } from "./world.js";

export interface VapiSimulatorOptions {
  /** What is left out comes from VAPI_… of the environment. */
  account?: Partial<Account>;
  /** Where the messages of calls go; else to `/vapi/events` below PUBLIC_URL. */
  serverUrl?: string;
}

/** A simulator in this process, steered by calls instead of by its control endpoints. */
export interface VapiSimulator {
  /** `http://127.0.0.1:<port>/vapi`, for `VAPI_BASE_URL`. */
  url: string;
  account: Account;
  /** For the calls that browsers start from now on. */
  setScript(script: ScriptInput): void;
  addFault(fault: FaultInput): void;
  clearFaults(): void;
  /** Holds a call, and tells what was sent of it. */
  hold(call: CallInput): ReturnType<typeof holdCall>;
  calls(): readonly Call[];
  requests(): RequestView[];
  stop(): Promise<void>;
}

const API = "/vapi";
const CONTROL = "/control/vapi/";
const NOTE =
  "Knows assistants by their ids, starts web calls by public key or token, and posts what Vapi's server messages tell " +
  "of them. Nobody speaks: a call plays a script, at once. No Daily room, phone calls, squads, workflows, tools or analysis.";

/** Starts the simulator alone on a loopback port; 0, the default, picks a free one. */
export async function startVapiSimulator(
  options: VapiSimulatorOptions & { port?: number } = {},
): Promise<VapiSimulator> {
  const provider = new VapiProvider(options);
  const { world } = provider;
  const server = await serveSimulators(options.port ?? 0, [provider]);
  return {
    url: server.url + API,
    account: world.account,
    setScript: (script) => {
      world.script = scriptSchema.parse(script);
    },
    addFault: (fault) => void world.faults.add(fault),
    clearFaults: () => world.faults.clear(),
    hold: (call) => holdCall(world, call),
    calls: () => world.calls,
    requests: () => world.requests.view(),
    stop: () => server.stop(),
  };
}

/** The simulator as a part of a server that others share. */
export class VapiProvider implements ProviderSimulator {
  readonly name = "vapi";
  readonly note = NOTE;
  readonly world: World;
  private readonly stopping = new AbortController();

  constructor(options: VapiSimulatorOptions = {}) {
    const { env } = process;
    this.world = {
      account: accountFrom(options.account ?? {}, env),
      script: scriptSchema.parse({}),
      calls: [],
      faults: new FaultQueue(),
      requests: new RequestLog(),
      serverUrl: options.serverUrl ?? `${env.PUBLIC_URL ?? "http://127.0.0.1"}/vapi/events`,
      stopped: this.stopping.signal,
    };
  }

  async handleRequest(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname;
    try {
      if (path.startsWith(CONTROL))
        await handleControl(this.world, request, response, path.slice(CONTROL.length));
      else await handleApi({ world: this.world, request, response, path: path.slice(API.length) });
    } catch (error) {
      if (!(error instanceof UnreadableBody)) throw error;
      sendJson(
        response,
        400,
        { message: error.message, error: "Bad Request", statusCode: 400 },
        { Connection: "close" },
      );
    }
  }

  /** Vapi's web calls go over Daily, not over a socket of its own. */
  handleUpgrade(_request: IncomingMessage, socket: Duplex): void {
    socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  }

  stop(): void {
    this.stopping.abort();
  }
}
