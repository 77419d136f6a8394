import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { serveSimulators } from "../httpServer.js";
import { sendJson, UnreadableBody } from "../json.js";
import type { ProviderSimulator } from "../provider.js";
import { type Account, accountFrom } from "./account.js";
import { CallList } from "./call/callList.js";
import { RecordingList, type RecordingView } from "./call/recordingList.js";
import { RecordingFolder } from "./call/recordings.js";
import { type CallView, viewCall } from "./callView.js";
import { handleControl } from "./control.js";
import { type FaultInput, FaultQueue } from "./faults.js";
import { type InboundInput, inboundSchema, startInbound } from "./inbound.js";
import type { IntelligenceInput } from "./intelligence/script.js";
import { IntelligenceScripts } from "./intelligence/scripts.js";
import { sendNow } from "./intelligence/sendNow.js";
import { TranscriptList } from "./intelligence/transcriptList.js";
import { type TranscriptView, viewTranscript } from "./intelligence/transcriptView.js";
import { RequestLog, type RequestView } from "./requestLog.js";
import { handleRest } from "./rest/api.js";
import { RestRefusal } from "./rest/refusal.js";
import type { ScriptInput } from "./script.js";
import { ScriptList } from "./scriptList.js";
import { Ticker } from "./stream/ticker.js";
import type { World } from "./world.js";

export interface TwilioSimulatorOptions {
  /** What is left out comes from TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER. */
  account?: Partial<Account>;
  script?: ScriptInput;
  /** Where the sound of calls is kept, and left; otherwise TWILIO_RECORDINGS_DIR, or a folder that goes with the simulator. */
  recordingsFolder?: string;
  publicUrl?: string;
  webhookTimeoutMs?: number;
}

/** A simulator in this process, steered by calls instead of by its control endpoints. */
export interface TwilioSimulator {
  /** `http://127.0.0.1:<port>/twilio`, for `TWILIO_API_BASE_URL`. */
  url: string;
  /** `http://127.0.0.1:<port>/control/twilio` */
  controlUrl: string;
  account: Account;
  /** For the calls begun from now on; without one, how it starts. */
  setScript(script: ScriptInput | undefined): void;
  /** For the transcripts created from now on; without one, how it starts. */
  setIntelligence(script: IntelligenceInput | undefined): void;
  addFault(fault: FaultInput): void;
  clearFaults(): void;
  /** Someone calls; gives the call's sid. */
  callIn(input: InboundInput): string;
  calls(): CallView[];
  /** One call. @throws Error when there is none */
  call(sid: string): CallView;
  /** With those that were deleted, as `transcripts()`. */
  recordings(): RecordingView[];
  transcripts(): TranscriptView[];
  /** Tells the application of a transcript now. @throws Error when there is none, or no address */
  sendTranscriptWebhook(transcriptSid: string, fields?: Record<string, unknown>): Promise<TranscriptView>;
  requests(): RequestView[];
  stop(): Promise<void>;
}

const API = "/twilio";
const CONTROL = "/control/twilio/";
const WEBHOOK_TIMEOUT_MS = 15_000;
const NOTE =
  "Speaks the REST API of calls, recordings, tokens and transcripts, TwiML, status callbacks and media streams, all " +
  "signed. No one is called: the other party plays a script. Say and Play take a fixed time and are not heard; Dial " +
  "calls no one. A transcript has what scripts say was said, and nothing is recognized. No Gather, Record, Enqueue, " +
  "Conference, unidirectional Stream, ConversationRelay, Intelligence services, operators and external media, " +
  "messaging, API keys, subaccounts, regions, jitter, redirected webhooks or rate limits.";

/** Starts the simulator alone on a loopback port; 0, the default, picks a free one. */
export async function startTwilioSimulator(
  options: TwilioSimulatorOptions & { port?: number } = {},
): Promise<TwilioSimulator> {
  const provider = new TwilioProvider(options);
  const { world } = provider;
  const server = await serveSimulators(options.port ?? 0, [provider]);
  const url = server.url + API;
  return {
    url,
    controlUrl: `${server.url}/control/twilio`,
    account: world.account,
    setScript: (script) => {
      if (script) world.scripts.set(script);
      else world.scripts.clear();
    },
    setIntelligence: (script) => {
      if (script) world.intelligence.set(script);
      else world.intelligence.clear();
    },
    addFault: (fault) => void world.faults.add(fault),
    clearFaults: () => world.faults.clear(),
    callIn: (input) => startInbound(world, inboundSchema.parse(input), url).sid,
    calls: () => world.calls.all().map(viewCall),
    call: (sid) => {
      const call = world.calls.get(sid);
      if (!call) throw new Error(`No call ${sid}.`);
      return viewCall(call);
    },
    recordings: () => world.recordings.view(),
    transcripts: () => world.transcripts.withDeleted().map(viewTranscript),
    sendTranscriptWebhook: (transcriptSid, fields = {}) => sendNow(world, { transcriptSid, fields }),
    requests: () => world.requests.view(),
    stop: () => server.stop(),
  };
}

/** The simulator as a part of a server that others share. */
export class TwilioProvider implements ProviderSimulator {
  readonly name = "twilio";
  readonly note = NOTE;
  readonly world: World;
  private readonly stopping = new AbortController();

  constructor(options: TwilioSimulatorOptions = {}) {
    const { env } = process;
    this.world = {
      account: accountFrom(options.account ?? {}, env),
      calls: new CallList(),
      recordings: new RecordingList(),
      folder: new RecordingFolder(options.recordingsFolder ?? (env.TWILIO_RECORDINGS_DIR || undefined)),
      transcripts: new TranscriptList(),
      scripts: new ScriptList(),
      intelligence: new IntelligenceScripts(),
      faults: new FaultQueue(),
      requests: new RequestLog(),
      ticker: new Ticker(),
      webhookTimeoutMs: options.webhookTimeoutMs ?? WEBHOOK_TIMEOUT_MS,
      publicUrl: options.publicUrl ?? env.PUBLIC_URL,
      stopped: this.stopping.signal,
    };
    if (options.script) this.world.scripts.set(options.script);
  }

  async handleRequest(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const apiUrl = `http://${request.headers.host ?? "127.0.0.1"}${API}`;
    const path = url.pathname;
    try {
      if (path.startsWith(CONTROL)) {
        await handleControl(this.world, request, response, path.slice(CONTROL.length), apiUrl);
      } else {
        const below = { path: path.slice(API.length), query: url.searchParams, apiUrl };
        await handleRest(this.world, request, response, below);
      }
    } catch (error) {
      if (error instanceof RestRefusal) return sendJson(response, error.status, error.toBody());
      if (!(error instanceof UnreadableBody)) throw error;
      sendJson(response, 400, { error: { message: error.message } }, { Connection: "close" });
    }
  }

  /** Twilio's streams are opened by it, not to it. */
  handleUpgrade(_request: IncomingMessage, socket: Duplex): void {
    socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  }

  stop(): void {
    this.stopping.abort();
    for (const call of this.world.calls.all()) call.close();
    this.world.ticker.stop();
    this.world.folder.remove();
  }
}
