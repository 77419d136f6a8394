import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ConversationLog, MAX_SESSION_CHARACTERS } from "../../src/relay/conversationLog";
import { serverEvent } from "../../src/relay/serverEvents";
import { connectVoice } from "../../src/voice/connectVoice";
import { endVoiceSession } from "../../src/voice/endSession";
import { sessions, turns } from "../../src/voice/store";
import { finishTranscript, getVoiceTranscript } from "../../src/voice/transcript";
import { testWorld } from "../support/testCtx";

const SESSION = { sessionId: "session-1" };
const LENGTH = 100_000;

describe("The text of a session", () => {
  it("is kept up to its bound and not beyond, and the transcript says that it is not whole", async () => {
    const world = testWorld();
    await connectVoice(world.as("ann"), { ...SESSION, userId: "ann" });
    const session = (await sessions(world.db).doc(SESSION.sessionId).get()).data() ?? assert.fail();
    const log = new ConversationLog(world.as(), { session, earlierTurns: [] }, () => {});
    for (let n = 0; n < MAX_SESSION_CHARACTERS / LENGTH + 10; n += 1) {
      const content = [{ type: "input_text", text: "x".repeat(LENGTH) }];
      const item = { id: `item_${n}`, type: "message", role: "user", status: "completed", content };
      log.handle(serverEvent.parse({ type: "conversation.item.added", previous_item_id: null, item }));
    }
    await log.finish(20_000);
    const { docs } = await turns(world.db, SESSION.sessionId).get();
    const kept = docs.reduce((sum, document) => sum + document.data().content.length, 0);
    assert.equal(kept, MAX_SESSION_CHARACTERS);
    await endVoiceSession(world.as("ann"), SESSION);
    await finishTranscript(world.as(), SESSION.sessionId);
    assert.ok((await getVoiceTranscript(world.as("ann"), SESSION)).truncated);
  });
});
