import {
  assertFails,
  assertSucceeds,
  initializeTestEnvironment,
  type RulesTestEnvironment,
} from "@firebase/rules-unit-testing";
import {
  addDoc,
  collection,
  collectionGroup,
  deleteDoc,
  doc,
  type Firestore,
  getDoc,
  getDocs,
  limit,
  orderBy,
  query,
  setDoc,
  setLogLevel,
  updateDoc,
  where,
} from "firebase/firestore";
import { after, before, describe, it } from "mocha";
import { newId } from "../../src/core/ids";
import { readFunctionsFile } from "../support/repositoryFiles";
import { fromStack } from "../support/stackEnvironment";

/** What clients may read, each with its owner in `userId`. */
const READABLE = (session: string) => [
  `voiceSessions/${session}`,
  `voiceTranscripts/${session}`,
  `voiceTranscripts/${session}/turns/item-1`,
  `usageDays/ann_2026-11-20_${session}`,
  `scenarios/custom_ann_${session}`,
  `interviews/${session}`,
];
/** What no client may see, and places that no rule names. */
const HIDDEN = (session: string) => [
  `voiceSessions/${session}/responses/r1`,
  `voiceSessions/${session}/turns/item-1`,
  `voiceTranscripts/${session}/responses/r1`,
  `voiceTranscripts/${session}/turns/item-1/below/x`,
  `voiceTickets/${session}`,
  `voiceSidebands/${session}`,
  `voiceUsers/ann`,
  `leases/endExpiredSessions`,
  `rateLimits/${session}`,
  `scenarioOwners/ann`,
  `interviewOwners/ann`,
  `phoneNumbers/+14155550100`,
  `callRequests/${session}`,
  `scheduledCalls/${session}`,
  `doNotCall/+14155550100`,
  `calendarStates/${session}`,
  `calendarConnections/ann`,
  `turnCredentials/ann`,
  `enhancedTranscripts/${session}`,
  `enhancedTranscripts/${session}/parts/0`,
  `providerErasures/RE${session}`,
  `callSpend/ann_2026-11-20_${session}`,
  `erasures/ann`,
  `usageDays/ann_2026-11-20_${session}/countedRequests/r1`,
  `anything/${session}`,
  `users/ann`,
];

describe("Firestore rules", () => {
  let environment: RulesTestEnvironment;
  const session = newId();
  let ann: Firestore;
  let bob: Firestore;
  let nobody: Firestore;

  before(async () => {
    setLogLevel("silent");
    const [host = "", port] = fromStack("FIRESTORE_EMULATOR_HOST").split(":");
    environment = await initializeTestEnvironment({
      // A project of its own: its rules and its documents are nobody else's.
      projectId: `demo-rules-${newId().slice(0, 8)}`,
      firestore: { host, port: Number(port), rules: readFunctionsFile("../firestore.rules") },
    });
    ann = environment.authenticatedContext("ann").firestore() as unknown as Firestore;
    bob = environment.authenticatedContext("bob").firestore() as unknown as Firestore;
    nobody = environment.unauthenticatedContext().firestore() as unknown as Firestore;
    await environment.withSecurityRulesDisabled(async (context) => {
      const db = context.firestore() as unknown as Firestore;
      for (const path of [...READABLE(session), ...HIDDEN(session)]) {
        await setDoc(doc(db, path), { userId: "ann", sessionId: session, createdAt: new Date(), order: 1 });
      }
      await setDoc(doc(db, "voiceSessions/nobodys"), { userId: null });
      await setDoc(doc(db, "voiceSessions/ownerless"), { sessionId: "ownerless" });
    });
  });
  after(() => environment.cleanup());

  for (const path of READABLE("{session}")) {
    const real = path.replace("{session}", session);
    const parent = real.slice(0, real.lastIndexOf("/"));

    it(`${path} is read by its user alone`, async () => {
      await assertSucceeds(getDoc(doc(ann, real)));
      await assertFails(getDoc(doc(bob, real)));
      await assertFails(getDoc(doc(nobody, real)));
    });

    it(`${path} is listed by its user alone, who asks for just their own`, async () => {
      const own = (db: Firestore, uid = "ann") => query(collection(db, parent), where("userId", "==", uid));
      await assertSucceeds(getDocs(own(ann)));
      await assertSucceeds(getDocs(own(bob, "bob")));
      await assertFails(getDocs(own(bob)));
      await assertFails(getDocs(own(nobody)));
      await assertFails(getDocs(collection(ann, parent)));
      await assertFails(getDocs(query(collection(ann, parent), where("userId", "!=", "bob"))));
      await assertFails(getDocs(query(collection(ann, parent), where("userId", "in", ["ann", "bob"]))));
    });

    it(`${path} is written by no client`, async () => {
      for (const db of [ann, bob, nobody]) {
        await assertFails(setDoc(doc(db, `${parent}/new`), { userId: "ann" }));
        await assertFails(addDoc(collection(db, parent), { userId: "ann" }));
        await assertFails(setDoc(doc(db, real), { userId: "ann" }, { merge: true }));
        await assertFails(updateDoc(doc(db, real), { status: "ended" }));
        await assertFails(deleteDoc(doc(db, real)));
      }
    });
  }

  for (const path of HIDDEN("{session}")) {
    const real = path.replace("{session}", session);
    const parent = real.slice(0, real.lastIndexOf("/"));

    it(`${path} is hidden from all clients, also from the user it is about`, async () => {
      for (const db of [ann, bob, nobody]) {
        await assertFails(getDoc(doc(db, real)));
        await assertFails(getDocs(query(collection(db, parent), where("userId", "==", "ann"))));
        await assertFails(getDocs(query(collection(db, parent), limit(1))));
        await assertFails(setDoc(doc(db, `${parent}/new`), { userId: "ann" }));
        await assertFails(setDoc(doc(db, real), { userId: "ann" }));
        await assertFails(updateDoc(doc(db, real), { userId: "ann" }));
        await assertFails(deleteDoc(doc(db, real)));
      }
    });
  }

  it("collection groups are closed, even where the documents are one's own", async () => {
    for (const group of ["voiceSessions", "voiceTranscripts", "turns", "responses", "voiceTickets"]) {
      for (const db of [ann, nobody]) {
        await assertFails(getDocs(query(collectionGroup(db, group), where("userId", "==", "ann"))));
        await assertFails(getDocs(collectionGroup(db, group)));
      }
    }
  });

  it("the app's own queries pass: sessions by date, turns in their order", async () => {
    const own = where("userId", "==", "ann");
    const sessions = query(collection(ann, "voiceSessions"), own, orderBy("createdAt", "desc"), limit(10));
    await assertSucceeds(getDocs(sessions));
    const turns = collection(ann, `voiceTranscripts/${session}/turns`);
    await assertSucceeds(getDocs(query(turns, own, orderBy("order"))));
  });

  it("what does not exist, or belongs to nobody, is read by nobody", async () => {
    for (const path of ["voiceSessions/missing", "voiceSessions/nobodys", "voiceSessions/ownerless"]) {
      for (const db of [ann, nobody]) await assertFails(getDoc(doc(db, path)));
    }
  });
});
