import { setTimeout as sleep } from "node:timers/promises";
import {
  collection,
  doc,
  type Firestore,
  getDoc,
  getDocs,
  orderBy,
  query,
  type Timestamp,
  where,
} from "firebase/firestore";

/** `voiceSessions/{sessionId}`, as far as the demo looks at it. */
export interface StoredSession {
  status: string;
  endReason?: string;
  model: string;
  createdAt: Timestamp;
  endedAt?: Timestamp;
  usage?: StoredUsage;
}

export interface StoredUsage {
  responses: number;
  textIn: number;
  textCachedIn: number;
  textOut: number;
  audioIn: number;
  audioCachedIn: number;
  audioOut: number;
  costUsd: number | null;
}

/** One entry of `messages` in `voiceTranscripts/{sessionId}`. */
export interface StoredMessage {
  role: "user" | "assistant";
  content: string;
  itemId?: string;
  interrupted?: boolean;
}

/** `voiceTranscripts/{sessionId}/turns/{itemId}`, as far as the demo looks at it. */
export interface StoredTurn {
  itemId: string;
  role: "user" | "assistant";
  content: string;
  interrupted: boolean;
  heardMs?: number;
}

/** A session as Firestore holds it once it has ended. */
export interface StoredConversation {
  session: StoredSession;
  isComplete: boolean;
  messages: StoredMessage[];
  turns: StoredTurn[];
}

const COMPLETE_TIMEOUT_MS = 15_000;
const PAUSE_MS = 200;

/** Waits until the session has ended and its transcript holds so many messages, and reads them with their turns. */
export async function readWhenComplete(
  firestore: Firestore,
  { sessionId, userId, messages }: { sessionId: string; userId: string; messages: number },
): Promise<StoredConversation> {
  const deadline = performance.now() + COMPLETE_TIMEOUT_MS;
  for (;;) {
    const stored = await read(firestore, sessionId, userId);
    if ((stored.isComplete && stored.messages.length >= messages) || performance.now() > deadline)
      return stored;
    await sleep(PAUSE_MS);
  }
}

async function read(firestore: Firestore, sessionId: string, userId: string): Promise<StoredConversation> {
  const session = (await getDoc(doc(firestore, "voiceSessions", sessionId))).data() as StoredSession;
  // Usage comes with the transcript. Before, there is none, and the rules, which ask whose a document is, refuse a look.
  if (!session.usage) return { session, isComplete: false, messages: [], turns: [] };
  const transcript = (await getDoc(doc(firestore, "voiceTranscripts", sessionId))).data();
  const turns = query(
    collection(firestore, "voiceTranscripts", sessionId, "turns"),
    where("userId", "==", userId),
    orderBy("order"),
  );
  return {
    session,
    isComplete: transcript?.completedAt !== undefined,
    messages: (transcript?.messages ?? []) as StoredMessage[],
    turns: (await getDocs(turns)).docs.map((turn) => turn.data() as StoredTurn),
  };
}

/** What another user gets for each document of the conversation: the error's code, or `allowed`. */
export async function readAsStranger(stranger: Firestore, sessionId: string, itemId: string) {
  const attempt = async (...path: [string, ...string[]]) => {
    try {
      await getDoc(doc(stranger, ...path));
      return "allowed";
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  };
  return {
    session: await attempt("voiceSessions", sessionId),
    transcript: await attempt("voiceTranscripts", sessionId),
    turn: await attempt("voiceTranscripts", sessionId, "turns", itemId),
  };
}
