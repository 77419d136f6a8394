import type { Ctx } from "../core/ctx";
import { toAppError } from "../core/errors";
import type { AttachedSession } from "../voice/relayConnection";
import type { RelaySessionChange } from "../voice/watchRelaySessions";
import { type Connection, endingFor } from "./connection";
import { type Ending, refusal } from "./ending";
import type { RelayLimits } from "./limits";
import type { RelayServices } from "./modelLink";

/** What holders of a session of every kind do alike: they end once, with their session or before. */
export abstract class HeldConnection implements Connection {
  protected readonly ctx: Ctx;
  protected readonly limits: RelayLimits;
  #ending: Promise<void> | undefined;

  constructor(
    protected readonly services: RelayServices,
    protected attached: AttachedSession,
    protected readonly connectionId: string,
  ) {
    this.ctx = services.ctx;
    this.limits = services.limits;
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
}
