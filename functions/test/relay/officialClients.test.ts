import assert from "node:assert/strict";
import { createCtx } from "../../src/core/ctx";
import { sessions, turns } from "../../src/voice/store";
import { describeRealtimeConformance, simulationFor } from "../simulators/openai/conformance";
import { speech } from "../simulators/openai/sounds";
import { eventually } from "../support/eventually";
import { resetSimulator, setSimulator } from "../support/openAiControl";
import { type SignedInUser, signedInUser } from "../support/signedInUser";
import { fromStack } from "../support/stackEnvironment";

// The suite that the simulator and the real API pass, through the relay: the clients cannot tell.
for (const path of ["/v1", "/api"]) {
  describe(`At ${path}/realtime`, () => {
    let user: SignedInUser;
    beforeEach(async function () {
      user = await signedInUser();
      await setSimulator(simulationFor(this.currentTest?.title ?? ""));
    });
    afterEach(async () => {
      await assertRecorded(user);
      await user.signOut();
      await resetSimulator();
    });
    describeRealtimeConformance("the relay", () => ({
      baseUrl: `${fromStack("RELAY_URL").replace(/^ws/, "http")}${path}`,
      realtimeUrl: `${fromStack("RELAY_URL")}${path}/realtime`,
      apiKey: user.idToken,
      model: "gpt-realtime-2.1",
      speech: speech(),
    }));
  });
}

/** Whatever was said is stored as it was said: each item once, in an order without ties, with an interruption marked. */
async function assertRecorded(user: SignedInUser): Promise<void> {
  const { db } = createCtx();
  const held = await sessions(db).where("userId", "==", user.uid).get();
  assert.ok(held.size > 0, "the client never reached the relay");
  await eventually(async () => {
    const current = await sessions(db).where("userId", "==", user.uid).get();
    for (const session of current.docs) assert.equal(session.data().relayId, null);
  });
  for (const session of held.docs) {
    const stored = (await turns(db, session.id).orderBy("order").get()).docs.map((document) =>
      document.data(),
    );
    assert.ok(stored.length > 0, "nothing was recorded");
    assert.equal(new Set(stored.map(({ order }) => order)).size, stored.length);
    for (const turn of stored) {
      assert.equal(turn.userId, user.uid);
      assert.notEqual(turn.content, "");
      if (turn.heardMs !== undefined) assert.ok(turn.interrupted);
    }
  }
}
