import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { serveSimulators } from "../httpServer.js";
import { sendJson, UnreadableBody } from "../json.js";
import type { ProviderSimulator } from "../provider.js";
import { CallList, unknownCall } from "./calls/callList.js";
import { type ChatScriptInput, chatScriptSchema } from "./chatScript.js";
import { ClientSecrets } from "./clientSecrets.js";
import { type Controls, handleControl } from "./control.js";
import type { FaultInput } from "./faultSchemas.js";
import { FaultQueue } from "./faults.js";
import { admit, keyOf, protocolsOf, refusalOfFault, refuseKey } from "./handshake.js";
import { handleApi, notFound } from "./httpApi.js";
import { InvalidRequest } from "./invalidRequest.js";
import { DEFAULT_PACE, type Pace } from "./pace.js";
import { type Refusal, RefusedRequest, refusal } from "./refusal.js";
import { isUnselectable, refuseUpgrade } from "./refuseUpgrade.js";
import { RequestLog, type RequestView } from "./requestLog.js";
import { type Script, scriptSchema } from "./script.js";
import { SessionList, type SessionView } from "./sessionList.js";
import { runSession } from "./sessionSocket.js";

export interface OpenAiSimulatorOptions {
  script?: Script;
  chatScript?: ChatScriptInput;
  pace?: Partial<Pace>;
  /** The clock by which ephemeral keys expire, in ms since the epoch. */
  now?: () => number;
}

/** A simulator in this process, steered by calls instead of by its control endpoints. */
export interface OpenAiSimulator {
  /** `http://127.0.0.1:<port>/openai/v1`, for `OPENAI_BASE_URL`. */
  url: string;
  /** `ws://127.0.0.1:<port>/openai/v1/realtime`, for `OPENAI_REALTIME_API_URL`. */
  realtimeUrl: string;
  /** `http://127.0.0.1:<port>/control/openai` */
  controlUrl: string;
  /** For the sessions opened from now on. */
  setScript(script: Script | undefined): void;
  /** For the chat completions asked for from now on. */
  setChatScript(script: ChatScriptInput | undefined): void;
  setPace(pace: Partial<Pace>): void;
  addFault(fault: FaultInput): void;
  clearFaults(): void;
  /** Cuts the sidebands of every call; the calls go on. */
  dropSidebands(): void;
  sessions(): SessionView[];
  /** The latest HTTP requests to the API, oldest first. */
  requests(): RequestView[];
  clearRequests(): void;
  stop(): Promise<void>;
}

const API = "/openai/v1";
const CONTROL = "/control/openai/";
const NOTE =
  "Speaks the Realtime GA protocol, client secrets, chat completions and speech. It understands no speech, follows no " +
  "instructions and thinks nothing: it plays a script, or says what it received; a text given to a spoken response " +
  "beside the conversation is read aloud as it is. Calls over WebRTC speak PCMU (G.711 µ-law at 8 kHz) only: no Opus. No SIP, MCP, images, transcription sessions, n > 1, " +
  "structured or audio chat output, and speech only as mp3, wav or pcm.";

/** Room for an append of 15 MiB in base64; fragments and chunks bounded, as ws leaves them open. */
const SOCKET_LIMITS = {
  maxPayload: 21 * 1024 * 1024,
  maxFragments: 64,
  maxBufferedChunks: 1_024,
  perMessageDeflate: false,
};

/** Starts the simulator alone on a loopback port; 0, the default, picks a free one. */
export async function startOpenAiSimulator(
  options: OpenAiSimulatorOptions & { port?: number } = {},
): Promise<OpenAiSimulator> {
  const provider = new OpenAiProvider(options);
  const { controls } = provider;
  const server = await serveSimulators(options.port ?? 0, [provider]);
  return {
    url: server.url + API,
    realtimeUrl: `${server.url.replace("http", "ws")}${API}/realtime`,
    controlUrl: `${server.url}/control/openai`,
    setScript: (script) => {
      controls.script = script && scriptSchema.parse(script);
    },
    setChatScript: (script) => {
      controls.chatScript = script && chatScriptSchema.parse(script);
    },
    setPace: (pace) => {
      controls.pace = { ...controls.pace, ...pace };
    },
    addFault: (fault) => void controls.faults.add(fault),
    clearFaults: () => controls.faults.clear(),
    dropSidebands: () => provider.calls.dropSidebands(),
    sessions: () => controls.sessions.view(),
    requests: () => controls.requests.view(),
    clearRequests: () => controls.requests.clear(),
    stop: async () => {
      await server.stop();
      await provider.stopped();
    },
  };
}

/** The simulator as a part of a server that others share. */
export class OpenAiProvider implements ProviderSimulator {
  readonly name = "openai";
  readonly note = NOTE;
  readonly controls: Controls;
  private readonly secrets: ClientSecrets;
  readonly calls = new CallList();
  private readonly sockets = new WebSocketServer({
    noServer: true,
    // The key among the offered protocols must never be echoed.
    handleProtocols: (offered) => (offered.has("realtime") ? "realtime" : false),
    // A silent session does not answer pings either.
    autoPong: false,
    ...SOCKET_LIMITS,
  });

  constructor({ script, chatScript, pace, now }: OpenAiSimulatorOptions = {}) {
    this.secrets = new ClientSecrets(now);
    this.controls = {
      faults: new FaultQueue(),
      sessions: new SessionList(),
      pace: { ...DEFAULT_PACE, ...pace },
      script: script && scriptSchema.parse(script),
      chatScript: chatScript && chatScriptSchema.parse(chatScript),
      requests: new RequestLog(),
    };
  }

  async handleRequest(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    try {
      await this.route(request, response, url);
    } catch (error) {
      if (error instanceof RefusedRequest) {
        const { status, body, headers } = error.refusal;
        return sendJson(response, status, body, headers);
      }
      if (error instanceof InvalidRequest) {
        const { event_id: _, ...shown } = error.toError();
        return sendJson(response, 400, { error: shown });
      }
      if (!(error instanceof UnreadableBody)) throw error;
      const shown = { type: "invalid_request_error", code: null, message: error.message, param: null };
      sendJson(response, 400, { error: shown }, { Connection: "close" });
    }
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, url: URL): void {
    const key = keyOf(request);
    const verdict = this.verdictOn(request, url, key);
    if (verdict === "hang") return;
    if (verdict || key === undefined) {
      if (verdict) refuseUpgrade(socket, verdict);
      return;
    }
    const callId = url.searchParams.get("call_id");
    if (callId !== null) {
      this.joinCall(callId, key, { request, socket, head });
      return;
    }
    const admission = admit(request, url, key, this.secrets);
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const { script, pace, faults, sessions } = this.controls;
      const session = runSession(webSocket, admission, { script, pace, faults: faults.takeForSession(key) });
      sessions.add(session, key);
    });
  }

  stop(): void {
    this.controls.sessions.stopAll();
    this.calls.stopAll();
    for (const client of this.sockets.clients) client.terminate();
    this.sockets.close();
  }

  /** Resolves once nothing is left after {@link stop}: a peer connection takes a moment to close. */
  stopped(): Promise<void> {
    return this.calls.stopped();
  }

  /** A sideband: the server that made a call listens to it and steers it. */
  private joinCall(
    id: string,
    key: string,
    { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
  ): void {
    const call = this.calls.find(id, key);
    if (!call) {
      refuseUpgrade(socket, unknownCall(id).refusal);
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => call.join(webSocket));
  }

  /** Why this client gets no WebSocket; `hang` keeps its socket open and says nothing. */
  private verdictOn(
    request: IncomingMessage,
    url: URL,
    key: string | undefined,
  ): Refusal | "hang" | undefined {
    if (url.pathname !== `${API}/realtime`) return refusal(404, notFound("GET", url.pathname));
    const fault = this.controls.faults.takeForHandshake(key);
    if (fault) return refusalOfFault(fault) ?? "hang";
    const refused = refuseKey(key, url.searchParams.has("call_id") ? undefined : this.secrets);
    if (refused) return refused;
    return isUnselectable(protocolsOf(request)) ? { status: 400, headers: {}, body: {} } : undefined;
  }

  private async route(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname;
    if (path.startsWith(CONTROL)) {
      return handleControl(this.controls, request, response, path.slice(CONTROL.length));
    }
    if (!path.startsWith(`${API}/`)) throw new RefusedRequest(refusal(404, notFound(request.method, path)));
    const { controls, secrets, calls } = this;
    return handleApi({ controls, secrets, calls }, request, response, { path: path.slice(API.length), url });
  }
}
