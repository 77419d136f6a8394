import { setTimeout as sleep } from "node:timers/promises";
import type { Firestore } from "firebase-admin/firestore";

// The client's own two funnels for every request; they carry no types.
interface Wire {
  request(method: string, sent: Sent, ...rest: unknown[]): Promise<unknown>;
  requestStream(method: string, bidirectional: boolean, sent: Sent, ...rest: unknown[]): Promise<unknown>;
}
interface Sent {
  /** Names of the documents that are read. */
  documents?: string[];
  writes?: { update?: { name: string; fields?: Record<string, { stringValue?: string }> } }[];
}

// https://grpc.io/docs/guides/status-codes/
const UNAVAILABLE = 14;

/** What the client is told of a server that it cannot reach. */
function unavailable(): Error {
  return Object.assign(new Error("14 UNAVAILABLE: no connection"), { code: UNAVAILABLE });
}

/** Lets Firestore be out of reach for whoever reads a document of this collection. @returns ends it */
export function cutOff(db: Firestore, collection: string): () => void {
  const wire = db as unknown as Wire;
  const { requestStream } = wire;
  wire.requestStream = async (method, bidirectional, sent, ...rest) => {
    if (sent.documents?.some((name) => name.includes(`/documents/${collection}/`))) throw unavailable();
    return requestStream.call(db, method, bidirectional, sent, ...rest);
  };
  return () => {
    wire.requestStream = requestStream;
  };
}

/** Lets the next write fail that gives a scheduled call this status. @param how before it is done, or with it done */
export function failWriteOf(db: Firestore, status: string, how: "before" | "done"): void {
  const wire = db as unknown as Wire;
  const { request } = wire;
  wire.request = async (method, sent, ...rest) => {
    const isIt = sent.writes?.some(
      ({ update }) =>
        update?.name.includes("/scheduledCalls/") && update.fields?.status?.stringValue === status,
    );
    if (!isIt) return request.call(db, method, sent, ...rest);
    wire.request = request;
    if (how === "done") await request.call(db, method, sent, ...rest);
    throw unavailable();
  };
}

/** Lets each write take so much longer, half of it on its way there. */
export function slowCommits(db: Firestore, ms: number): void {
  if (ms === 0) return;
  const wire = db as unknown as Wire;
  const { request } = wire;
  wire.request = async (method, sent, ...rest) => {
    if (!sent.writes) return request.call(db, method, sent, ...rest);
    await sleep(ms / 2);
    const answer = await request.call(db, method, sent, ...rest);
    await sleep(ms / 2);
    return answer;
  };
}
