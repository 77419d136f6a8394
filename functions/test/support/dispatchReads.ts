import type { Firestore } from "firebase-admin/firestore";

// The client's own funnel for reads; it carries no types.
interface Wire {
  requestStream?(method: string, bidirectional: boolean, sent: Sent, ...rest: unknown[]): Promise<unknown>;
}
interface Sent {
  documents?: string[];
}

/** How many documents `work` reads by their names, by collection. */
export async function readsByCollection(
  db: Firestore,
  work: () => Promise<unknown>,
): Promise<Map<string, number>> {
  const wire = db as unknown as Wire;
  const { requestStream } = wire;
  const reads = new Map<string, number>();
  wire.requestStream = (method, bidirectional, sent, ...rest) => {
    for (const name of sent.documents ?? []) {
      const collection = /\/documents\/([^/]+)\//.exec(name)?.[1] ?? name;
      reads.set(collection, (reads.get(collection) ?? 0) + 1);
    }
    return requestStream?.call(db, method, bidirectional, sent, ...rest) as Promise<unknown>;
  };
  await work();
  // Back to the method of the class.
  delete wire.requestStream;
  return reads;
}
