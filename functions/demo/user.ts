import { deleteApp, type FirebaseApp, initializeApp } from "firebase/app";
import { connectAuthEmulator, getAuth, signInAnonymously } from "firebase/auth";
import { connectFirestoreEmulator, type Firestore, getFirestore } from "firebase/firestore";
import { connectFunctionsEmulator, getFunctions, httpsCallable } from "firebase/functions";
import type { Environment } from "./environment";

/** A user of the app, signed in with the Firebase client SDK. */
export interface User {
  uid: string;
  idToken: string;
  call<Output>(name: string, data: unknown): Promise<Output>;
  /** Firestore as this user, bound by the rules. */
  firestore: Firestore;
  signOut(): Promise<void>;
}

/** Signs a new user in. @param name of the Firebase app, one for each user of this process */
export async function signIn(environment: Environment, name: string): Promise<User> {
  // The emulators take any key; an app has its own in the Firebase console.
  const app = initializeApp({ projectId: environment.projectId, apiKey: "demo" }, name);
  const auth = getAuth(app);
  connectAuthEmulator(auth, environment.authEmulatorUrl, { disableWarnings: true });
  const { user } = await signInAnonymously(auth);
  return {
    uid: user.uid,
    idToken: await user.getIdToken(),
    call: callerOf(app, environment),
    firestore: firestoreOf(app, environment),
    signOut: () => deleteApp(app),
  };
}

function callerOf(app: FirebaseApp, { functionsUrl }: Environment): User["call"] {
  const functions = getFunctions(app);
  connectFunctionsEmulator(functions, functionsUrl.hostname, Number(functionsUrl.port));
  return async <Output>(name: string, data: unknown) =>
    (await httpsCallable<unknown, Output>(functions, name)(data)).data;
}

function firestoreOf(app: FirebaseApp, { firestoreEmulator: { host, port } }: Environment): Firestore {
  const firestore = getFirestore(app);
  connectFirestoreEmulator(firestore, host, port);
  return firestore;
}
