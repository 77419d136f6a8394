import type { Firestore } from "firebase-admin/firestore";

// The client's own funnel for every commit; it carries no types.
interface Wire {
  request(method: string, request: Commit, ...rest: unknown[]): Promise<unknown>;
}
interface Commit {
  writes?: { update?: { name: string }; delete?: string }[];
  transaction?: unknown;
}

// https://grpc.io/docs/guides/status-codes/
const UNKNOWN = 2;

/**
 * Loses the answer to the next commit that writes to a collection: Firestore has committed it, and the client does not
 * know. A transaction fails then, as the network does it, and is run again; anything else is sent again by the client.
 * @returns whether one was lost by now
 */
export function loseAnswer(db: Firestore, collection: string): () => boolean {
  const wire = db as unknown as Wire;
  const { request } = wire;
  let isLost = false;
  wire.request = async (method, sent, ...rest) => {
    const answer = await request.call(db, method, sent, ...rest);
    const paths = sent.writes?.map((write) => write.update?.name ?? write.delete ?? "") ?? [];
    const isMeant = paths.some((path) => path.split("/documents/")[1]?.split("/").at(-2) === collection);
    if (isLost || method !== "commit" || !isMeant) return answer;
    isLost = true;
    if (!sent.transaction) return request.call(db, method, sent, ...rest);
    throw Object.assign(new Error("2 UNKNOWN: "), { code: UNKNOWN });
  };
  return () => isLost;
}
