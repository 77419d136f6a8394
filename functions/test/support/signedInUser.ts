import { deleteApp, type FirebaseApp, initializeApp } from "firebase/app";
import { connectAuthEmulator, getAuth, signInAnonymously } from "firebase/auth";
import { connectFirestoreEmulator, type Firestore, getFirestore } from "firebase/firestore";
import {
  connectFunctionsEmulator,
  getFunctions,
  type HttpsCallableStreamOptions,
  httpsCallable,
} from "firebase/functions";
import { newId } from "../../src/core/ids";
import { fromStack } from "./stackEnvironment";

/** A user that nobody else uses, signed in with the Firebase client SDK. */
export interface SignedInUser {
  uid: string;
  idToken: string;
  app: FirebaseApp;
  /** Calls a callable function as this user, as an app does. */
  call<Output = unknown>(name: string, data?: unknown): Promise<Output>;
  /** Calls a streaming callable as this user; the chunks as they come and the whole at the end. */
  stream<Output = unknown, Chunk = unknown>(
    name: string,
    data?: unknown,
    options?: HttpsCallableStreamOptions,
  ): Promise<{ stream: AsyncIterable<Chunk>; data: Promise<Output> }>;
  /** The client SDK's Firestore, bound by the rules. */
  firestore(): Firestore;
  signOut(): Promise<void>;
}

/** Signs a new user in against the Auth emulator. */
export async function signedInUser(): Promise<SignedInUser> {
  const app = initializeApp({ projectId: fromStack("GCLOUD_PROJECT"), apiKey: "demo" }, newId());
  const auth = getAuth(app);
  connectAuthEmulator(auth, `http://${fromStack("FIREBASE_AUTH_EMULATOR_HOST")}`, { disableWarnings: true });
  const { user } = await signInAnonymously(auth);
  const functions = getFunctions(app);
  connectFunctionsEmulator(functions, "127.0.0.1", Number(fromStack("FUNCTIONS_PORT")));
  return {
    uid: user.uid,
    idToken: await user.getIdToken(),
    app,
    async call<Output>(name: string, data: unknown = {}) {
      return (await httpsCallable<unknown, Output>(functions, name)(data)).data;
    },
    stream<Output, Chunk>(name: string, data: unknown = {}, options: HttpsCallableStreamOptions = {}) {
      return httpsCallable<unknown, Output, Chunk>(functions, name).stream(data, options);
    },
    firestore() {
      const db = getFirestore(app);
      const [host = "", port] = fromStack("FIRESTORE_EMULATOR_HOST").split(":");
      connectFirestoreEmulator(db, host, Number(port));
      return db;
    },
    signOut: () => deleteApp(app),
  };
}
