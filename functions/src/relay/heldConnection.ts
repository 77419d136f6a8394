import type { Ctx } from "../core/ctx";
import { toAppError } from "../core/errors";
import type { AttachedSession } from "../voice/relayConnection";
import type { RelaySessionChange } from "../voice/watchRelaySessions";
import { ByteBucket } from "./byteBucket";
import { type Connection, endingFor } from "./connection";
import { clientGone, ENDINGS, type Ending, refusal } from "./ending";
import { FRAME_OVERHEAD_BYTES, type RelayLimits } from "./limits";
import type { ModelLink, RelayServices } from "./modelLink";
import type { Peer } from "./peer";

/** What connections of every kind do alike: they end once, with their session or before, and take so much a second. */
export abstract class HeldConnection implements Connection {
  protected readonly ctx: Ctx;
  protected readonly limits: RelayLimits;
  protected abstract readonly link: ModelLink;
  readonly #bucket: ByteBucket;
  #ending: Promise<void> | undefined;
  #pingedAt = Date.now();

  constructor(
    protected readonly services: RelayServices,
    protected readonly client: Peer,
    protected readonly attached: AttachedSession,
    protected readonly connectionId: string,
  ) {
    this.ctx = services.ctx;
    this.limits = services.limits;
    this.#bucket = new ByteBucket(this.limits.bytesPerSecond, this.limits.burstBytes, Date.now());
    client.socket.on("close", (code) => void this.end(clientGone(code)));
  }

  abstract open(): Promise<void>;
  abstract tick(now: number): void;
  /** Does what ending means; called once. */
  protected abstract close(ending: Ending): Promise<void>;
  /** The session is still this connection's, and something in it may have changed. */
  protected abstract hearOf(session: AttachedSession["session"]): void;

  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  get sessionId(): string {
    return this.attached.session.sessionId;
  }

  sessionChanged(change: RelaySessionChange): void {
    const ending = endingFor(change, this.attached.session);
    if (ending) void this.end(ending);
    else if (change.change === "held") this.hearOf(change.session);
  }

  end(ending: Ending): Promise<void> {
    this.#ending ??= this.close(ending).catch((error: unknown) => {
      this.ctx.log.error("a connection could not be ended in order", { error });
    });
    return this.#ending;
  }

  /** Whatever is wrong with one connection, the others of this instance go on. */
  protected failed(error: unknown): void {
    this.ctx.log.error("a connection failed", { error });
    void this.end(refusal(toAppError(error)));
  }

  /** Pings in both directions, when it is time. */
  protected ping(now: number): void {
    if (now - this.#pingedAt < this.limits.pingEveryMs) return;
    this.#pingedAt = now;
    this.client.ping();
    this.link.ping();
  }

  /** Also pings and pongs are weighed: they are answered. */
  protected weighControlFrames(): void {
    const { client } = this;
    client.heardAt = Date.now();
    client.socket.on("ping", (data: Buffer) => this.mayTake(data.length));
    client.socket.on("pong", (data: Buffer) => this.mayTake(data.length));
  }

  /** Whether the client may send so much now; it is let go where not. */
  protected mayTake(bytes: number): boolean {
    if (this.#bucket.take(bytes + FRAME_OVERHEAD_BYTES, this.client.heardAt)) return true;
    void this.end(ENDINGS.tooFast);
    return false;
  }
}
