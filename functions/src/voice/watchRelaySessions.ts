import type { QuerySnapshot } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { type SessionDoc, sessions } from "./store";

/** What became of a session that a relay holds. */
export type RelaySessionChange =
  | { sessionId: string; change: "ended" | "held"; session: SessionDoc }
  | { sessionId: string; change: "deleted" };

const RETRY_MS = 1_000;

/**
 * Watches all sessions that a relay instance holds with one listener: cheaper than one each, and nothing is polled.
 * A read is billed for each change of such a session. Changes may be told more than once.
 * @returns a function that stops the watch
 */
export function watchRelaySessions(
  ctx: Ctx,
  relayId: string,
  onChange: (change: RelaySessionChange) => void,
): () => void {
  let stop = () => {};
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;
  const held = new Set<string>();

  const take = (snapshot: QuerySnapshot<SessionDoc, SessionDoc>, isFirst: boolean) => {
    // After a new start of the listener, what left the query meanwhile was never told as removed.
    const present = new Set(snapshot.docs.map((document) => document.id));
    const gone = isFirst ? [...held].filter((id) => !present.has(id)) : [];
    for (const { type, doc } of snapshot.docChanges()) {
      if (type === "removed") gone.push(doc.id);
      else {
        held.add(doc.id);
        onChange(describe(doc.data()));
      }
    }
    for (const id of gone) {
      held.delete(id);
      void tellWhatBecameOf(ctx, id, onChange);
    }
  };

  const listen = () => {
    let isFirst = true;
    stop = sessions(ctx.db)
      .where("relayId", "==", relayId)
      .onSnapshot(
        (snapshot) => {
          try {
            take(snapshot, isFirst);
          } catch (error) {
            // One document that this release does not understand must not end the watch on all others.
            ctx.log.error("a change of a session could not be understood", { error });
          }
          isFirst = false;
        },
        (error) => {
          ctx.log.warn("the watch on sessions broke off; starting it again", { error });
          if (!stopped) retry = setTimeout(listen, RETRY_MS);
        },
      );
  };
  listen();
  return () => {
    stopped = true;
    clearTimeout(retry);
    stop();
  };
}

function describe(session: SessionDoc): RelaySessionChange {
  return { sessionId: session.sessionId, change: session.status === "ended" ? "ended" : "held", session };
}

async function tellWhatBecameOf(
  ctx: Ctx,
  sessionId: string,
  onChange: (change: RelaySessionChange) => void,
): Promise<void> {
  try {
    const session = (await sessions(ctx.db).doc(sessionId).get()).data();
    onChange(session ? describe(session) : { sessionId, change: "deleted" });
  } catch (error) {
    ctx.log.warn("could not read a session that left the watch", { sessionId, error });
  }
}
