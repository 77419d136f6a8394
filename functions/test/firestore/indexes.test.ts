import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { before, describe, it } from "mocha";
import { eraseAgain } from "../../src/accounts/erasures";
import { beginConnection } from "../../src/calendar/beginConnection";
import { eraseCalendarOf } from "../../src/calendar/disconnect";
import { callRequestOf, claimRequest } from "../../src/calls/callRequest";
import { listDoNotCall } from "../../src/calls/doNotCall";
import { eraseCallsOf } from "../../src/calls/eraseCalls";
import { listScheduledCalls } from "../../src/calls/readScheduled";
import { scheduleCall } from "../../src/calls/scheduleCall";
import { scheduleInput } from "../../src/calls/schemas";
import { readSpend, reserve } from "../../src/calls/spend";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import { withLease } from "../../src/core/lease";
import { eraseInterviewsOf } from "../../src/interviews/eraseInterviews";
import { listInterviews } from "../../src/interviews/readInterviews";
import { eraseScenariosOf } from "../../src/scenarios/eraseScenarios";
import { listScenarios } from "../../src/scenarios/readScenarios";
import { listInput } from "../../src/transcripts/apiSchemas";
import { eraseAtProviders } from "../../src/transcripts/eraseAtProviders";
import { eraseTranscriptsOf } from "../../src/transcripts/eraseTranscripts";
import { getTranscript } from "../../src/transcripts/getTranscript";
import { keepTranscript } from "../../src/transcripts/keepTranscript";
import { listReceipts } from "../../src/transcripts/listReceipts";
import { listTranscripts } from "../../src/transcripts/listTranscripts";
import { tendTranscripts } from "../../src/transcripts/tendTranscripts";
import { eraseUsageOf } from "../../src/usage/eraseUsage";
import { recordUsage } from "../../src/usage/recordUsage";
import { connectVoice } from "../../src/voice/connectVoice";
import { deleteVoiceSession } from "../../src/voice/deleteSession";
import { endExpiredSessions } from "../../src/voice/endExpiredSessions";
import { endVoiceSession } from "../../src/voice/endSession";
import { eraseVoiceOf } from "../../src/voice/eraseVoice";
import { callsToCheck, findCall, listCallsOf, unconfirmedCallsTo } from "../../src/voice/phoneSessions";
import { listVoiceSessions } from "../../src/voice/readSessions";
import { attachByUser } from "../../src/voice/relayConnection";
import { abandonedCalls, noteCall } from "../../src/voice/sidebands";
import { finishTranscript, getVoiceTranscript } from "../../src/voice/transcript";
import { watchRelaySessions } from "../../src/voice/watchRelaySessions";
import { keepTurn } from "../../src/webrtc/turnStore";
import { countFirestore, type SentQuery } from "../support/countedFirestore";
import { inFunctions, readFunctionsFile } from "../support/repositoryFiles";
import { testWorld } from "../support/testCtx";

// The emulator answers any query; a deployed Firestore refuses one whose index is missing. So each query that the code
// sends is caught on the wire and held against what is declared.

interface Field {
  fieldPath: string;
  order: string;
}
interface Declared {
  indexes: { collectionGroup: string; queryScope: string; fields: Field[] }[];
  fieldOverrides: { collectionGroup: string; fieldPath: string; ttl?: boolean; indexes: unknown[] }[];
}

const declared = JSON.parse(readFunctionsFile("../firestore.indexes.json")) as Declared;

/** Files that send queries, all exercised by `exercise`: one that is not listed here has to be exercised as well. */
const FILES_WITH_QUERIES = [
  "accounts/erasures.ts",
  "calendar/disconnect.ts",
  "calls/doNotCall.ts",
  "calls/dueCalls.ts",
  "calls/eraseCalls.ts",
  "calls/readScheduled.ts",
  "calls/scheduleCall.ts",
  "interviews/eraseInterviews.ts",
  "interviews/readInterviews.ts",
  "scenarios/eraseScenarios.ts",
  "scenarios/readScenarios.ts",
  "transcripts/eraseAtProviders.ts",
  "transcripts/eraseTranscripts.ts",
  "transcripts/getTranscript.ts",
  "transcripts/listReceipts.ts",
  "transcripts/listTranscripts.ts",
  "usage/eraseUsage.ts",
  "voice/deleteSession.ts",
  "voice/endExpiredSessions.ts",
  "voice/eraseOutdated.ts",
  "voice/eraseVoice.ts",
  "voice/intelligence.ts",
  "voice/phoneSessions.ts",
  "voice/readSessions.ts",
  "voice/recordedTurns.ts",
  "voice/relayConnection.ts",
  "voice/sidebands.ts",
  "voice/watchRelaySessions.ts",
];

const PHONE = {
  TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
  TWILIO_AUTH_TOKEN: "token",
  TWILIO_PHONE_NUMBER: "+14155550100",
  PUBLIC_URL: "https://api.example.com",
};

/** Runs everything that queries and gives what was sent. */
async function exercise(): Promise<SentQuery[]> {
  const world = testWorld();
  const { queries } = countFirestore(world.db);
  const relay = { relayId: "relay-1", connectionId: "c1" };
  const stop = watchRelaySessions(world.as(), "relay-1", () => {});
  const input = { sessionId: "s1", userId: "ann" };
  await connectVoice(world.as("ann"), input);
  await attachByUser(world.as(), input, relay);
  await attachByUser(world.as(), input, { ...relay, connectionId: "c2" });
  await listVoiceSessions(world.as("ann"), { userId: "ann", limit: 1 });
  await getVoiceTranscript(world.as("ann"), { sessionId: "s1" });
  await endVoiceSession(world.as("ann"), { sessionId: "s1" });
  await finishTranscript(world.as(), "s1");
  await keepTranscript(world.as(), "s1");
  for (const call_direction of [undefined, "app"]) {
    for (const scenario_name of [undefined, "sales"]) {
      for (const date_from of [undefined, "2026-01-01T00:00:00Z"]) {
        const filters = { call_direction, scenario_name, date_from };
        await listTranscripts(world.as("ann"), listInput.parse(filters));
      }
    }
  }
  await getTranscript(world.as("ann"), { transcript_sid: `GT${"0".repeat(32)}` }).catch(() => {});
  await listReceipts(world.as("ann"), { session_id: "s1" });
  await eraseTranscriptsOf(world.as("ann"), "ann");
  await tendTranscripts(world.as());
  await endExpiredSessions(world.as());
  await withLease(world.as(), "x", 1, async () => {});
  await deleteVoiceSession(world.as("ann"), { sessionId: "s1" });
  await listScenarios(world.as("ann"));
  await abandonedCalls(world.as(), { most: 1 });
  await listInterviews(world.as("ann"), { limit: 1 });
  await eraseVoiceOf(world.as("ann"), "ann");
  await eraseScenariosOf(world.as("ann"), "ann");
  await eraseInterviewsOf(world.as("ann"), "ann");
  await eraseUsageOf(world.as("ann"), "ann");
  await eraseCallsOf(world.as("ann"), "ann");
  await eraseCalendarOf(world.as("ann"), "ann");
  await listDoNotCall(world.as("ann"));
  await listScheduledCalls(world.as("ann"), { limit: 1 });
  await sweepScheduled(world.as());
  await scheduleCall(world.configured(PHONE, "ann"), {
    ...scheduleInput.parse({
      phone_number: "+14155552671",
      scenario: "survey",
      scheduled_time: new Date(world.now().getTime() + 40 * 86_400_000).toISOString(),
    }),
  });
  await listCallsOf(world.as(), { userId: "ann", limit: 1 });
  await findCall(world.as(), "CA1");
  await callsToCheck(world.as(), 1);
  await unconfirmedCallsTo(world.as(), "+14155550123");
  await eraseAgain(world.as());
  while (!queries.some(({ query }) => JSON.stringify(query).includes("relayId"))) await sleep(10);
  stop();
  return queries;
}

/** The fields that a query compares for equality, and those it orders by or compares otherwise, in that order. */
function fieldsOf({ query }: SentQuery): { equal: string[]; ordered: Field[] } {
  const filters: { field: string; op: string }[] = [];
  const collect = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { field, op } = node as { field?: { fieldPath?: string }; op?: string };
    if (field?.fieldPath && op) filters.push({ field: field.fieldPath, op });
    else for (const value of Object.values(node)) collect(value);
  };
  collect(query.where);
  const equal = filters.filter(({ op }) => op === "EQUAL").map(({ field }) => field);
  const ordered = (query.orderBy ?? [])
    .map(({ field, direction }) => ({ fieldPath: field.fieldPath, order: direction }))
    .filter(({ fieldPath }) => fieldPath !== "__name__");
  const missing = filters.filter(
    ({ op, field }) => op !== "EQUAL" && !ordered.some((o) => o.fieldPath === field),
  );
  return {
    equal,
    ordered: [...missing.map(({ field }) => ({ fieldPath: field, order: "ASCENDING" })), ...ordered],
  };
}

function isIndexed(sent: SentQuery): boolean {
  const [from] = sent.query.from;
  const { equal, ordered } = fieldsOf(sent);
  const exempt = declared.fieldOverrides
    .filter((field) => field.collectionGroup === from?.collectionId && field.indexes.length === 0)
    .map((field) => field.fieldPath);
  if (ordered.length === 0 || equal.length + ordered.length === 1) {
    // Firestore's own single-field indexes serve it, unless they were switched off.
    return [...equal, ...ordered.map((field) => field.fieldPath)].every((field) => !exempt.includes(field));
  }
  return declared.indexes.some(
    ({ collectionGroup, queryScope, fields }) =>
      collectionGroup === from?.collectionId &&
      queryScope === (from.allDescendants ? "COLLECTION_GROUP" : "COLLECTION") &&
      fields.length === equal.length + ordered.length &&
      fields.slice(0, equal.length).every((field) => equal.includes(field.fieldPath)) &&
      JSON.stringify(fields.slice(equal.length)) === JSON.stringify(ordered),
  );
}

// What apps ask with the client SDK; the rules demand the filter on userId.
const CLIENT_QUERIES: SentQuery[] = [
  clientQuery("voiceSessions", "createdAt", "DESCENDING"),
  clientQuery("turns", "order", "ASCENDING"),
  clientQuery("usageDays", "day", "DESCENDING"),
];

function clientQuery(collectionId: string, fieldPath: string, direction: string): SentQuery {
  const where = { fieldFilter: { field: { fieldPath: "userId" }, op: "EQUAL" } };
  return {
    parent: "",
    query: { from: [{ collectionId }], where, orderBy: [{ field: { fieldPath }, direction }] },
  };
}

const describeQuery = ({ query }: SentQuery) => {
  const { equal, ordered } = fieldsOf({ parent: "", query });
  return `${query.from[0]?.collectionId}: ${equal.join(", ")} ${JSON.stringify(ordered)}`;
};

describe("Firestore indexes", () => {
  let queries: SentQuery[] = [];
  before(async () => {
    queries = await exercise();
  });

  it("serve every query that the code sends and that apps are promised", () => {
    assert.ok(queries.length >= FILES_WITH_QUERIES.length, `${queries.length} queries were caught`);
    const unserved = [...queries, ...CLIENT_QUERIES].filter((sent) => !isIndexed(sent)).map(describeQuery);
    assert.deepEqual(unserved, []);
  });

  it("are each of use to some query", () => {
    const useless = declared.indexes.filter(({ collectionGroup, fields }) => {
      const names = fields.map((field) => field.fieldPath).sort();
      return ![...queries, ...CLIENT_QUERIES].some((sent) => {
        const { equal, ordered } = fieldsOf(sent);
        const asked = [...equal, ...ordered.map((field) => field.fieldPath)].sort();
        return sent.query.from[0]?.collectionId === collectionGroup && asked.join() === names.join();
      });
    });
    assert.deepEqual(useless, []);
  });

  it("were held against the queries of every file that has some", () => {
    const files = readdirSync(inFunctions("src"), { recursive: true, encoding: "utf8" })
      .map((file) => file.replaceAll(path.sep, "/"))
      .filter((file) => file.endsWith(".ts"))
      .filter((file) =>
        /\.(where|orderBy|collectionGroup)\(/.test(readFileSync(inFunctions("src", file), "utf8")),
      );
    assert.deepEqual(files.sort(), FILES_WITH_QUERIES);
  });

  it("let go what expires: each time to live is a boolean beside its indexes, on the field that the code sets", async () => {
    const lifetimes = declared.fieldOverrides.filter((field) => "ttl" in field);
    assert.deepEqual(lifetimes.map((field) => `${field.collectionGroup}.${field.fieldPath}`).sort(), [
      "calendarStates.expiresAt",
      "callRequests.expiresAt",
      "callSpend.expiresAt",
      "countedRequests.expiresAt",
      "leases.expiresAt",
      "providerErasures.expiresAt",
      "rateLimits.expiresAt",
      "turnCredentials.expiresAt",
      "usageDays.expiresAt",
      "voiceSessions.deleteAt",
      "voiceSidebands.expiresAt",
      "voiceTickets.expiresAt",
      "voiceUsers.expiresAt",
    ]);
    for (const field of declared.fieldOverrides) {
      assert.ok(Array.isArray(field.indexes), "indexes stands beside ttl");
      assert.ok(field.ttl === undefined || field.ttl === true);
    }
    const world = testWorld();
    await connectVoice(world.as("ann"), { sessionId: "s1", userId: "ann" });
    const google = {
      GOOGLE_CLIENT_ID: "id",
      GOOGLE_CLIENT_SECRET: "secret",
      GOOGLE_REDIRECT_URI: "http://localhost/back",
      FRONTEND_URL: "http://localhost",
    };
    // Counts against a limit as well.
    await beginConnection(world.configured(google, "ann"));
    await recordUsage(world.as(), "ann", "chat", { requests: 1 });
    await noteCall(world.as(), { sessionId: "s1", userId: "ann" }, { callId: "rtc_1", keyId: "k" });
    await keepTurn(world.as(), "ann", { iceServers: [], ttl: 60, createdAt: world.now() });
    await eraseAtProviders(world.as(), {
      sessionId: "s9",
      userId: "ann",
      call: { recording: { recordingSid: "RE1", status: "completed" } },
    });
    const keyed = { ...world.as("ann"), idempotencyKey: "k1" };
    const call = { phone_number: "+14155550123", scenarioId: "survey", record: false, max_minutes: 1 };
    const request = callRequestOf(keyed, "ann", call);
    assert.ok(request);
    await world.db.runTransaction(async (tx) => reserve(tx, await readSpend(keyed, tx, "ann"), 1));
    await claimRequest(keyed, request, { userId: "ann", sessionId: "s2" });
    await withLease(world.as(), "x", 60, async () => {
      for (const { collectionGroup } of lifetimes) {
        const { docs } = await world.db.collectionGroup(collectionGroup).get();
        assert.equal(docs.length, 1, collectionGroup);
        assert.ok(docs[0]?.get("expiresAt").toMillis() > world.now().getTime(), collectionGroup);
      }
    });
  });

  it("declare nothing twice", () => {
    const names = declared.fieldOverrides.map((field) => `${field.collectionGroup}.${field.fieldPath}`);
    assert.equal(new Set(names).size, names.length);
    assert.equal(
      new Set(declared.indexes.map((index) => JSON.stringify(index))).size,
      declared.indexes.length,
    );
  });
});
