import type { Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { findSession } from "../voice/readSessions";

type Session = NonNullable<Awaited<ReturnType<typeof findSession>>>;

/** A session in which a question of an interview is practised. */
export type PractisedSession = Session & { interview: NonNullable<Session["interview"]> };

/** The session, as it stands now; undefined where it is gone, or is about something else. 1 read. */
export async function practisedSession(
  ctx: Ctx,
  sessionId: string,
  tx?: Transaction,
): Promise<PractisedSession | undefined> {
  const session = await findSession(ctx, sessionId, tx);
  return session?.interview ? { ...session, interview: session.interview } : undefined;
}
