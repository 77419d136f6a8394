import type { Firestore } from "firebase-admin/firestore";

/** More than this is no ordinary day: what is forgotten is asked of Firestore again. */
const MOST_REMEMBERED = 10_000;

/** What this instance knows of documents by their paths; others may have changed them since. */
export class DocumentMemory<T> {
  readonly #databases = new WeakMap<Firestore, Map<string, T>>();

  get(db: Firestore, path: string): T | undefined {
    return this.#databases.get(db)?.get(path);
  }

  set(db: Firestore, path: string, known: T): void {
    const documents = this.#databases.get(db) ?? new Map<string, T>();
    if (documents.size >= MOST_REMEMBERED) documents.clear();
    this.#databases.set(db, documents.set(path, known));
  }

  delete(db: Firestore, path: string): void {
    this.#databases.get(db)?.delete(path);
  }
}
