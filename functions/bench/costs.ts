import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../src/core/ctx";
import { newId } from "../src/core/ids";
import { connectVoice } from "../src/voice/connectVoice";
import { deleteVoiceSession } from "../src/voice/deleteSession";
import { endVoiceSession } from "../src/voice/endSession";
import { getVoiceSession, listVoiceSessions } from "../src/voice/readSessions";
import { recordConversation } from "../src/voice/recordConversation";
import { attachByTicket, detachRelay } from "../src/voice/relayConnection";
import { finishTranscript, getVoiceTranscript, saveVoiceTranscript } from "../src/voice/transcript";
import { NO_USAGE } from "../src/voice/usage";
import { costOf, ownDatabase } from "../test/support/countedFirestore";
import { benchCtx } from "./benchCtx";
import type { Benchmark, Figure } from "./figure";

const TURNS = 10;

/** What each operation of a voice session asks of Firestore, counted in the life of one session of ten turns. */
export const costs: Benchmark = {
  name: "costs",
  about: `Firestore reads and writes of each operation, a session of ${TURNS} turns`,
  async run() {
    const db = ownDatabase();
    const userId = newId();
    const ctx = benchCtx(db, userId);
    const figures: Figure[] = [];
    for (const [figure, work] of operations(ctx, userId)) {
      const { reads, writes, roundTrips } = await costOf(db, work);
      figures.push({
        figure: `Firestore: ${figure}`,
        ours: `${plural(reads, "read")}, ${plural(writes, "write")}, ${plural(roundTrips, "round trip")}`,
      });
    }
    await db.terminate();
    return figures;
  },
};

/** In the order of a session's life: each needs what those before it have done. */
function operations(ctx: Ctx, userId: string): [string, () => Promise<unknown>][] {
  const sessionId = newId();
  const connection = { relayId: newId(), connectionId: newId() };
  let ticket = "";
  const connect = async () => {
    const { wsUrl } = await connectVoice(ctx, { sessionId, userId });
    ticket = new URL(wsUrl).searchParams.get("ticket") ?? "";
  };
  const record = async (n: number) => recordConversation(ctx, sessionId, exchange(sessionId, userId, n));
  return [
    ["connect, new session", connect],
    ["relay takes a session up", () => attachByTicket(ctx, ticket, connection)],
    ["relay stores two turns and their usage", () => record(0)],
    ["relay lets go of a session", () => detachRelay(ctx, sessionId, connection.connectionId)],
    [
      `  (the turns up to ${TURNS})`,
      async () => {
        for (let n = 1; n < TURNS / 2; n += 1) await record(n);
      },
    ],
    ["connect, again", connect],
    [`relay takes it up again, ${TURNS} turns`, () => attachByTicket(ctx, ticket, connection)],
    [`transcript, session open, ${TURNS} turns`, () => getVoiceTranscript(ctx, { sessionId })],
    ["client saves its transcript", () => saveVoiceTranscript(ctx, { sessionId, messages: [] })],
    ["end", () => endVoiceSession(ctx, { sessionId })],
    [`finish transcript and usage, ${TURNS} turns`, () => finishTranscript(ctx, sessionId)],
    ["transcript, session ended", () => getVoiceTranscript(ctx, { sessionId })],
    ["get a session", () => getVoiceSession(ctx, { sessionId })],
    ["list sessions, one found", () => listVoiceSessions(ctx, { userId, limit: 10 })],
    [`delete, ${TURNS} turns`, () => deleteVoiceSession(ctx, { sessionId })],
  ];
}

/** What the relay stores of a question and its answer. */
function exchange(sessionId: string, userId: string, n: number): Parameters<typeof recordConversation>[2] {
  const turn = (role: "user" | "assistant", order: number) => ({
    sessionId,
    userId,
    itemId: `item_${order}`,
    role,
    content: "Some words.",
    timestamp: Timestamp.now(),
    order,
    interrupted: false,
  });
  return {
    turns: [turn("user", 2 * n + 1), turn("assistant", 2 * n + 2)],
    responses: [
      {
        responseId: `resp_${n}`,
        used: { ...NO_USAGE, responses: 1, model: "gpt-realtime-2.1", createdAt: Timestamp.now() },
      },
    ],
  };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
