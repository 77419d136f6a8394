import { endSession } from "../voice/endSession";
import { type AttachedSession, detachRelay } from "../voice/relayConnection";
import type { EndReason } from "../voice/schemas";
import { finishTranscript } from "../voice/transcript";
import type { RelaySessionChange } from "../voice/watchRelaySessions";
import type { ConversationLog } from "./conversationLog";
import { ENDINGS, type Ending } from "./ending";
import type { ModelLink, RelayServices } from "./modelLink";

type SessionOf = AttachedSession["session"];

/** A client of any kind that speaks with the model. */
export interface Connection {
  /** Dials the model and lets the client speak. @throws AppError where no key works */
  open(): Promise<void>;
  /** Looks at what time has done; called a few times a second. */
  tick(now: number): void;
  /** The session changed in Firestore: ended or deleted from anywhere, or taken up by another socket. */
  sessionChanged(change: RelaySessionChange): void;
  /** Ends the connection once: tells the client, stores what was said, lets go of the session. */
  end(ending: Ending): Promise<void>;
}

/** How a connection ends because of what became of its session; undefined where it goes on. */
export function endingFor(change: RelaySessionChange, own: SessionOf): Ending | undefined {
  if (change.change === "ended") return ENDINGS.ended;
  if (change.change === "deleted") return ENDINGS.deleted;
  // News of an older socket may come late: only a newer one displaces this, or one of a session made anew.
  return isNewer(change.session, own) ? ENDINGS.displaced : undefined;
}

function isNewer(now: SessionOf, own: SessionOf): boolean {
  return now.connections > own.connections || now.createdAt.toMillis() > own.createdAt.toMillis();
}

/** Stores what was said last, and lets go of the model and of the session, which ends for `endReason` if there is one. */
export async function letGo(
  { ctx, limits }: RelayServices,
  held: {
    sessionId: string;
    connectionId: string;
    log: ConversationLog;
    link: ModelLink;
    /** The model is let go of only after that. */
    toolsSettled?: Promise<void> | undefined;
    /** The model goes on with another connection. */
    goesOn?: boolean;
  },
  endReason?: EndReason,
): Promise<void> {
  const { sessionId, connectionId, log, link } = held;
  await link.lastWords(log);
  await log.finish(limits.flushMs, held.goesOn);
  await held.toolsSettled;
  link.close();
  if (endReason) await endSession(ctx, sessionId, endReason);
  // Whoever ended the session may have finished its transcript before these last turns were stored.
  const hasEnded = await detachRelay(ctx, sessionId, connectionId);
  if (hasEnded) await finishTranscript(ctx, sessionId);
}
