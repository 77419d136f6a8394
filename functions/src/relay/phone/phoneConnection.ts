import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { awaitsMessage, isHungUpOn } from "../../voice/callRecord";
import { endSession } from "../../voice/endSession";
import type { AttachedSession } from "../../voice/relayConnection";
import type { EndReason } from "../../voice/schemas";
import { ClientConnection } from "../clientConnection";
import { letGo } from "../connection";
import { ConversationLog } from "../conversationLog";
import { ENDINGS, type Ending } from "../ending";
import { APPEND_HEAD, APPEND_TAIL } from "../eventType";
import { ModelLink, type RelayServices } from "../modelLink";
import { isDead, type Peer } from "../peer";
import type { ServerEvent } from "../serverEvents";
import type { CalledTool } from "../toolCalls";
import { ToolRunner } from "../toolRunner";
import { audioDelta } from "./audioDelta";
import { PhoneBridge } from "./bridge";
import type { BridgeCommand, BridgeEvent } from "./bridgeEvents";
import { CallBudget } from "./callBudget";
import type { Inbox } from "./inbox";
import { HANG_UPS, NOT_UNDERSTOOD } from "./phoneEndings";
import { type PhoneSession, phoneSession } from "./phoneSession";
import {
  enclose,
  parseTwilio,
  peekMark,
  peekMedia,
  StreamFrames,
  type TwilioMessage,
} from "./twilioMessages";

/** How a call's stream ends where nothing is to be said to the machine that has answered. */
const ANSWERED_BY_MACHINE = { ...HANG_UPS.voicemail, reason: "answering machine" } as const;
/** Messages of a stream that are none of Twilio's; it never sends any. */
const MAX_MALFORMED = 20;

/** A phone call: Twilio's stream on one side, the model on the other, and the bridge to decide between them. */
export class PhoneConnection extends ClientConnection {
  protected readonly link: ModelLink;
  readonly #log: ConversationLog;
  readonly #bridge: PhoneBridge;
  readonly #session: PhoneSession;
  readonly #tools: ToolRunner;
  readonly #budget: CallBudget;
  readonly #frames: StreamFrames;
  #malformed = 0;

  /** @param stream as Twilio names it, its `start` having been read, and what carries its socket */
  constructor(
    services: RelayServices,
    client: Peer,
    attached: AttachedSession,
    connectionId: string,
    private readonly stream: { streamSid: string; inbox: Inbox; wire: Duplex },
  ) {
    super(services, client, attached, connectionId);
    const { ctx, metrics } = services;
    const { session, earlierTurns } = attached;
    this.#frames = new StreamFrames(stream.streamSid);
    this.#session = phoneSession(ctx, session);
    this.#tools = new ToolRunner(ctx, this.#session.tools);
    this.#budget = new CallBudget(ctx, session);
    this.#bridge = new PhoneBridge({
      ...this.#session,
      serverTools: this.#tools.names,
      isResumed: earlierTurns.length > 0 || session.connections > 1,
      now: Date.now(),
    });
    this.#log = new ConversationLog(
      ctx,
      attached,
      () => metrics.turnsSaved.inc(),
      (used) => {
        metrics.used(used);
        this.#budget.add(used.costUsd);
      },
    );
    this.link = new ModelLink(services, attached, {
      forward: () => {},
      audio: (frame) => this.#fromModel(frame),
      handle: (event) => this.#read(event),
      failed: () => void this.end(ENDINGS.upstreamFailed),
      defect: (error) => this.failed(error),
    });
  }

  async open(): Promise<void> {
    this.weighControlFrames();
    void this.#budget.addEarlier();
    this.hearOf(this.attached.session);
    if (this.isEnding) return;
    this.#tell({ type: "started" });
    this.stream.inbox.read((frame, isBinary) => this.#fromCaller(frame, isBinary));
    await this.link.open(this.#session.update);
  }

  tick(now: number): void {
    if (this.isEnding) return;
    if (now >= this.attached.session.expiresAt.toMillis()) void this.end(ENDINGS.expired);
    else if (isDead(this.client, now, this.limits)) this.client.socket.terminate();
    else {
      this.link.watch(now);
      this.#tell({ type: "tick", now });
      if (this.#budget.isSpent(now)) this.#tell({ type: "close", reason: "spent" });
    }
    this.ping(now);
  }

  protected async close({ code, counted, reason, session }: Ending): Promise<void> {
    this.link.giveUp();
    this.#run(this.#bridge.finish());
    this.services.metrics.closes.inc({ code: counted ?? String(code) });
    this.ctx.log.info("phone stream closed", { code, reason });
    // Once the stream is closed Twilio asks how to go on, and the answer depends on whether the session has ended.
    if (typeof session === "object") await this.#endSession(session.endReason);
    this.client.close(code, reason);
    await this.#tools.settle(this.limits.flushMs);
    const { session: held } = this.attached;
    await letGo(this.services, {
      sessionId: held.sessionId,
      connectionId: this.connectionId,
      log: this.#log,
      link: this.link,
    });
  }

  async #endSession(reason: EndReason): Promise<void> {
    const ended = endSession(this.ctx, this.attached.session.sessionId, reason);
    try {
      // Nobody is kept on the line for a store that does not answer.
      await Promise.race([ended, delay(this.limits.flushMs, undefined, { ref: false })]);
    } catch (error) {
      this.ctx.log.error("the session of a call could not be ended", { error });
    }
  }

  protected hearOf({ call, scenario }: AttachedSession["session"]): void {
    if (!call) return;
    if (isHungUpOn(call, scenario?.onVoicemail)) void this.end(ANSWERED_BY_MACHINE);
    else if (awaitsMessage(call, scenario?.onVoicemail)) this.#tell({ type: "close", reason: "voicemail" });
  }

  async #runTool(call: CalledTool): Promise<void> {
    try {
      const output = await this.#tools.run(call);
      this.#tell({ type: "toolOutput", callId: call.callId, output });
    } catch (error) {
      this.failed(error);
    }
  }

  #fromCaller(frame: Buffer, isBinary: boolean): void {
    if (this.isEnding) return;
    const { metrics } = this.services;
    const timedSince = metrics.toModel.frameCame();
    metrics.received.add(frame.length, isBinary);
    this.client.heardAt = Date.now();
    if (!this.mayTake(frame.length)) return;
    try {
      const payload = isBinary ? undefined : peekMedia(frame);
      const name = payload || isBinary ? undefined : peekMark(frame);
      if (payload) this.#tell({ type: "media", payload });
      else if (name) this.#tell({ type: "mark", name });
      else this.#take(isBinary ? "malformed" : parseTwilio(frame));
    } catch (error) {
      this.failed(error);
    }
    metrics.toModel.frameWritten(timedSince);
  }

  #take(message: TwilioMessage | "malformed" | "unknown"): void {
    if (message === "unknown") return;
    if (message === "malformed") {
      this.#malformed += 1;
      if (this.#malformed > MAX_MALFORMED) void this.end(NOT_UNDERSTOOD);
      return;
    }
    if (message.event === "start") void this.end(NOT_UNDERSTOOD);
    else if (message.event === "stop") void this.end(ENDINGS.clientGone);
    else if (message.event === "media") this.#tell({ type: "media", payload: message.media.payload });
    else if (message.event === "mark") this.#tell({ type: "mark", name: message.mark.name });
    else if (message.event === "dtmf") this.#tell({ type: "dtmf", digit: message.dtmf.digit });
  }

  #fromModel(frame: Buffer): void {
    const delta = audioDelta(frame);
    if (delta) this.#tell({ type: "audio", ...delta });
  }

  #read(event: ServerEvent): void {
    this.#log.handle(event);
    const commands = this.#tell({ type: "model", event });
    if (commands[0]?.type === "clear") {
      this.services.metrics.bargedIn(performance.now() - this.link.cameAt);
    }
  }

  #tell(event: BridgeEvent): BridgeCommand[] {
    if (this.isEnding) return [];
    const commands = this.#bridge.handle(event);
    this.#run(commands);
    return commands;
  }

  #run(commands: BridgeCommand[]): void {
    // Audio and its marks leave in one write, which costs as much as one of them.
    const wire = commands.length > 1 ? this.stream.wire : undefined;
    wire?.cork();
    for (const command of commands) this.#do(command);
    wire?.uncork();
  }

  #do(command: BridgeCommand): void {
    switch (command.type) {
      case "append":
        this.link.send(enclose(APPEND_HEAD, command.payload, APPEND_TAIL));
        break;
      case "sendMedia":
        this.#toCaller(this.#frames.media(command.payload));
        break;
      case "sendMark":
        this.#toCaller(this.#frames.mark(command.name));
        break;
      case "clear":
        this.#toCaller(this.#frames.clear);
        break;
      case "toModel":
        this.link.send(JSON.stringify(command.event));
        break;
      case "runTool":
        void this.#runTool(command.call);
        break;
      case "cutOff":
        this.#log.handle({
          type: "conversation.item.truncated",
          item_id: command.itemId,
          audio_end_ms: command.heardMs,
        });
        break;
      case "hangUp":
        void this.end(HANG_UPS[command.reason]);
    }
  }

  #toCaller(frame: Buffer | string): void {
    if (!this.client.send(frame)) void this.end(ENDINGS.notReading);
  }
}
