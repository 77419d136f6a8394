import type {
  CollectionReference,
  DocumentData,
  DocumentReference,
  Firestore,
} from "firebase-admin/firestore";

/** The names of the collections below a document; a document that does not exist may have some. */
export async function collectionsBelow(reference: DocumentReference): Promise<string[]> {
  return (await reference.listCollections()).map((collection) => collection.id);
}

/** Every document of a database by walking it, also those below documents that do not exist. */
export async function everyDocument(db: Firestore): Promise<{ path: string; data: DocumentData }[]> {
  const within = async (
    collections: CollectionReference[],
  ): Promise<{ path: string; data: DocumentData }[]> => {
    const found = await Promise.all(
      collections.map(async (collection) => {
        const references = await collection.listDocuments();
        return Promise.all(
          references.map(async (reference) => {
            const data = (await reference.get()).data();
            const below = await within(await reference.listCollections());
            return data ? [{ path: reference.path, data }, ...below] : below;
          }),
        );
      }),
    );
    return found.flat(2);
  };
  return within(await db.listCollections());
}
