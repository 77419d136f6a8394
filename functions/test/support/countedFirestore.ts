import { Firestore } from "firebase-admin/firestore";
import { newId } from "../../src/core/ids";
import { fromStack } from "./stackEnvironment";

/** What went over the wire to Firestore, as it is billed and as it takes time. */
export interface FirestoreCost {
  /** Transactions begun, retries included. */
  transactions: number;
  /** Documents read, by id or by a query. */
  reads: number;
  /** Documents written or deleted. */
  writes: number;
  /** Requests that had to be waited for. */
  roundTrips: number;
  /** The queries, as the protocol's `StructuredQuery`, with the path they were asked under. */
  queries: SentQuery[];
}

export interface SentQuery {
  parent: string;
  query: {
    from: { collectionId: string; allDescendants?: boolean }[];
    where?: unknown;
    orderBy?: { field: { fieldPath: string }; direction: string }[];
  };
}

// The client's own two funnels for every request; they carry no types.
interface Wire {
  request(method: string, request: Wired, ...rest: unknown[]): Promise<unknown>;
  requestStream(method: string, bidirectional: boolean, request: Wired, ...rest: unknown[]): Promise<Stream>;
}
interface Wired {
  parent?: string;
  documents?: unknown[];
  newTransaction?: unknown;
  structuredQuery?: SentQuery["query"];
  writes?: unknown[];
  addTarget?: { query?: { parent: string; structuredQuery: SentQuery["query"] } };
}
interface Stream {
  emit(event: string, ...values: unknown[]): boolean;
}

/**
 * A handle on a database of its own in the emulator: no trigger fires on it, and no other test sees it.
 * @param databaseId an existing one, to reach it by another client; a new and empty one where it is left out
 */
export function ownDatabase(databaseId = `t-${newId()}`): Firestore {
  const db = new Firestore({ projectId: fromStack("GCLOUD_PROJECT"), databaseId });
  db.settings({ ignoreUndefinedProperties: true });
  return db;
}

/** Counts from now on what a Firestore handle sends. */
export function countFirestore(db: Firestore): FirestoreCost {
  const cost: FirestoreCost = { transactions: 0, reads: 0, writes: 0, roundTrips: 0, queries: [] };
  const wire = db as unknown as Wire;
  const { request, requestStream } = wire;

  wire.request = (method, sent, ...rest) => {
    cost.roundTrips += 1;
    cost.writes += sent.writes?.length ?? 0;
    if (method === "beginTransaction") cost.transactions += 1;
    return request.call(db, method, sent, ...rest);
  };
  wire.requestStream = async (method, bidirectional, sent, ...rest) => {
    cost.roundTrips += 1;
    cost.reads += sent.documents?.length ?? 0;
    if (sent.newTransaction) cost.transactions += 1;
    if (sent.structuredQuery) cost.queries.push({ parent: sent.parent ?? "", query: sent.structuredQuery });
    const watched = sent.addTarget?.query;
    if (watched) cost.queries.push({ parent: watched.parent, query: watched.structuredQuery });
    const stream = await requestStream.call(db, method, bidirectional, sent, ...rest);
    return method === "runQuery" ? countingDocuments(stream, cost) : stream;
  };
  return cost;
}

/** What `work` costs on `db`. */
export async function costOf(db: Firestore, work: () => Promise<unknown>): Promise<FirestoreCost> {
  const wire = db as unknown as Partial<Wire>;
  const cost = countFirestore(db);
  await work();
  // Back to the methods of the class.
  delete wire.request;
  delete wire.requestStream;
  return cost;
}

function countingDocuments(stream: Stream, cost: FirestoreCost): Stream {
  const emit = stream.emit;
  stream.emit = (event, ...values) => {
    if (event === "data" && (values[0] as { document?: unknown })?.document) cost.reads += 1;
    return emit.call(stream, event, ...values);
  };
  return stream;
}
