import type { AttachedSession } from "../voice/relayConnection";
import { ByteBucket } from "./byteBucket";
import { clientGone, ENDINGS } from "./ending";
import { HeldConnection } from "./heldConnection";
import { FRAME_OVERHEAD_BYTES } from "./limits";
import type { ModelLink, RelayServices } from "./modelLink";
import type { Peer } from "./peer";

/** What connections of clients do alike: they end with their socket, and take so much a second. */
export abstract class ClientConnection extends HeldConnection {
  protected abstract readonly link: ModelLink;
  readonly #bucket: ByteBucket;
  #pingedAt = Date.now();

  constructor(
    services: RelayServices,
    protected readonly client: Peer,
    attached: AttachedSession,
    connectionId: string,
  ) {
    super(services, attached, connectionId);
    this.#bucket = new ByteBucket(this.limits.bytesPerSecond, this.limits.burstBytes, Date.now());
    client.socket.on("close", (code) => void this.end(clientGone(code)));
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
