import { Timestamp } from "firebase-admin/firestore";
import { SESSION_TTL_SECONDS } from "../../src/voice/limits";
import type { ResponseDoc, SessionDoc, TurnDoc } from "../../src/voice/store";
import { NO_USAGE } from "../../src/voice/usage";
import type { TestWorld } from "./testCtx";

// For arrangements that the verbs would refuse or take too long for: many sessions, sessions of the past.

/** A session document as connecting makes it, with what the test is about. */
export function storedSession(
  world: Pick<TestWorld, "now">,
  one: Partial<SessionDoc> & { sessionId: string },
): SessionDoc {
  const createdAt = one.createdAt ?? Timestamp.fromDate(world.now());
  return {
    userId: "ann",
    kind: "app",
    status: "active",
    createdAt,
    expiresAt: Timestamp.fromMillis(createdAt.toMillis() + SESSION_TTL_SECONDS * 1_000),
    model: "gpt-realtime-2.1",
    voice: "marin",
    instructions: "Be brief.",
    relayId: null,
    connectionId: null,
    connections: 0,
    ...one,
  };
}

/** A turn as the relay records it. */
export function spokenTurn(
  world: Pick<TestWorld, "now">,
  one: Pick<TurnDoc, "sessionId" | "itemId" | "order" | "role" | "content"> & Partial<TurnDoc>,
): TurnDoc {
  return { userId: "ann", timestamp: Timestamp.fromDate(world.now()), interrupted: false, ...one };
}

/** What one response used, as the relay records it. */
export function usedResponse(world: Pick<TestWorld, "now">, used: Partial<ResponseDoc>): ResponseDoc {
  return {
    ...NO_USAGE,
    responses: 1,
    createdAt: Timestamp.fromDate(world.now()),
    model: "gpt-realtime-2.1",
    ...used,
  };
}
