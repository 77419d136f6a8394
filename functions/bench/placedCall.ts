import type { Firestore } from "firebase-admin/firestore";
import { transact } from "../src/core/firestore";
import { newId } from "../src/core/ids";
import { signatureOf } from "../src/providers/twilioSignature";
import { scenarioFor } from "../src/scenarios/scenarioFor";
import { openPlacedCall } from "../src/voice/phoneSessions";
import { createTicket, storeTicket } from "../src/voice/tickets";
import { benchCtx } from "./benchCtx";
import { PHONE_SETTINGS } from "./phoneSettings";
import type { StreamAddress } from "./workers/twilioEnd";

const SCENARIO_ID = "sales";
const MAX_MINUTES = 30;

/** A call of a user of its own, as placing it stores it, and how Twilio streams it to the relay at `relayUrl`. */
export async function placedCall(db: Firestore, relayUrl: string): Promise<StreamAddress> {
  const [callId, userId] = [newId(), newId()];
  // The process that plays the model learns by the model's name whose call it is.
  const ctx = benchCtx(db, userId, { ...PHONE_SETTINGS, OPENAI_REALTIME_MODEL: callId });
  const claims = { sessionId: callId, userId };
  const token = createTicket(ctx, claims);
  const expiresAt = new Date(ctx.now().getTime() + MAX_MINUTES * 60_000);
  await transact(db, async (tx) => {
    const scenario = await scenarioFor(ctx, tx, { scenarioId: SCENARIO_ID, userId });
    await openPlacedCall(ctx, tx, {
      ...claims,
      scenario,
      expiresAt,
      call: {
        direction: "outbound",
        callSid: null,
        from: "+14155550100",
        to: "+14155550101",
        maxMinutes: MAX_MINUTES,
        record: false,
        checkAt: null,
      },
    });
    storeTicket(ctx, tx, token, claims);
  });
  const path = `/media-stream/${callId}`;
  const { TWILIO_AUTH_TOKEN, RELAY_URL } = PHONE_SETTINGS;
  return {
    callId,
    token,
    url: relayUrl + path,
    signature: signatureOf(TWILIO_AUTH_TOKEN, { url: RELAY_URL + path }),
  };
}
