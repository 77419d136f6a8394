import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { type ConversationRecord, recordConversation } from "../voice/recordConversation";
import type { AttachedSession } from "../voice/relayConnection";
import { RecordWriter } from "./recordWriter";
import { responseUsage } from "./responseUsage";
import type { ServerEvent } from "./serverEvents";
import { type RecordedTurn, TurnRecorder } from "./turnRecorder";

type ResponseDoc = ConversationRecord["responses"][number]["used"];

/** What is kept of one turn, far more than anybody speaks: a document holds 1 MiB. */
const MAX_TURN_CHARACTERS = 100_000;
const MAX_ID_CHARACTERS = 512;
/** And of all turns of a session, as far as a connection knows them: two hours of speech are some 150,000. */
export const MAX_SESSION_CHARACTERS = 2_000_000;

/** Keeps the conversation of one connection: the recorder says what, the writer stores it, the client is told. */
export class ConversationLog {
  readonly #recorder: TurnRecorder;
  readonly #writer: RecordWriter;
  readonly #session: AttachedSession["session"];

  /** @param attached `wasJoined`: to the very call in which the earlier turns were spoken, so that more may be told of them */
  constructor(
    private readonly ctx: Ctx,
    { session, earlierTurns, wasJoined = false }: AttachedSession & { wasJoined?: boolean },
    onSaved: (itemId: string) => void,
    private readonly onUsed: (used: ResponseDoc) => void = () => {},
  ) {
    this.#session = session;
    const earlier = earlierTurns.map(({ timestamp, ...turn }) => ({
      ...turn,
      startedAt: timestamp.toDate(),
    }));
    this.#recorder = new TurnRecorder(earlier, { goesOn: wasJoined, maxCharacters: MAX_SESSION_CHARACTERS });
    this.#writer = new RecordWriter(
      (record) => recordConversation(ctx, session.sessionId, record),
      onSaved,
      ctx.log,
    );
  }

  get awaitsTranscription(): boolean {
    return this.#recorder.awaitsTranscription;
  }

  handle(event: ServerEvent): void {
    const now = this.ctx.now();
    const turns = this.#recorder.handle(event, now).map((turn) => this.#toDoc(turn));
    this.#writer.add(turns, event.type === "response.done" ? this.#used(event, now) : []);
  }

  /**
   * Stores what is unfinished as far as it is known, and waits at most `withinMs` until all is stored.
   * @param goesOn the model goes on with another connection
   */
  async finish(withinMs: number, goesOn = false): Promise<void> {
    this.#writer.add(this.#recorder.finish(goesOn).map((turn) => this.#toDoc(turn)));
    await this.#writer.flush(withinMs);
  }

  #used(event: Extract<ServerEvent, { type: "response.done" }>, now: Date) {
    const { model } = this.#session;
    const response = responseUsage(event, model, this.ctx.config.OPENAI_PRICES[model], now);
    if (!response) return [];
    this.onUsed(response.used);
    return [response];
  }

  #toDoc({ startedAt, ...turn }: RecordedTurn) {
    const { sessionId, userId } = this.#session;
    // Half a character, as JSON may carry, is nothing that Firestore takes.
    return {
      ...turn,
      itemId: turn.itemId.slice(0, MAX_ID_CHARACTERS).toWellFormed(),
      content: turn.content.slice(0, MAX_TURN_CHARACTERS).toWellFormed(),
      sessionId,
      userId,
      timestamp: Timestamp.fromDate(startedAt),
    };
  }
}
