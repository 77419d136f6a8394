import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "mocha";
import WebSocket from "ws";
import { newId } from "../../src/core/ids";
import { createScenario } from "../../src/scenarios/createScenario";
import { deleteScenario } from "../../src/scenarios/deleteScenario";
import { updateScenario } from "../../src/scenarios/updateScenario";
import { connectVoice } from "../../src/voice/connectVoice";
import { sessions } from "../../src/voice/store";
import { rejectsWith } from "../support/appError";
import { account, ask } from "../support/assistantApi";
import { costOf } from "../support/countedFirestore";
import { eventually } from "../support/eventually";
import { send } from "../support/http";
import { simulatedSessions } from "../support/openAiControl";
import { assertRefusal } from "../support/refusal";
import { testWorld } from "../support/testCtx";

const OWN = {
  persona: "You are {{agent}}.",
  prompt: "Speak with {{customer_name}} about chess.",
  voice_type: "aggressive_male" as const,
  temperature: 1,
  on_voicemail: "carry_on" as const,
};

describe("a voice session with a scenario", () => {
  it("gets its instructions and voice, which arrive at the model", async () => {
    const ann = await account();
    const created = await ask("POST", "/realtime/custom-scenario", { token: ann.accessToken, body: OWN });
    const { scenario_id } = created.body as { scenario_id: string };
    const sessionId = newId();
    const variables = { agent: `Agent ${sessionId}`, customer_name: "Mia" };
    const answer = await send("/api/voice/connect", {
      method: "POST",
      token: ann.accessToken,
      body: { sessionId, userId: ann.id, scenarioId: scenario_id, variables },
    });
    assert.equal(answer.status, 200, answer.text);
    const socket = new WebSocket((answer.body as { wsUrl: string }).wsUrl);
    await once(socket, "message");
    await eventually(async () => {
      const seen = JSON.stringify(await simulatedSessions());
      assert.ok(seen.includes(`You are Agent ${sessionId}.\\n\\nSpeak with Mia about chess.`));
      const [, around = ""] = seen.split(`Agent ${sessionId}`);
      assert.match(around, /"voice":"ash"/);
    });
    const read = await send(`/api/voice/sessions/${sessionId}`, { token: ann.accessToken });
    const { scenarioId, voice } = read.body as Record<string, string>;
    assert.deepEqual([scenarioId, voice], [scenario_id, "ash"]);
    socket.close();
  });

  it("that cannot be is refused by the name of what is wrong", async () => {
    const ann = await account();
    const connect = (more: object) =>
      send("/api/voice/connect", {
        method: "POST",
        token: ann.accessToken,
        body: { sessionId: newId(), userId: ann.id, ...more },
      });
    assertRefusal(await connect({ scenarioId: "custom_other_1700000000" }), 404);
    assertRefusal(await connect({ scenarioId: "constructor" }), 404);
    assertRefusal(await connect({ scenarioId: "sales", instructions: "x" }), 400, "instructions");
    assertRefusal(await connect({ variables: { a: "b" } }), 400, "variables");
    assertRefusal(
      await connect({ scenarioId: "sales", variables: { colour: "red" } }),
      400,
      "variables.colour",
    );
    assertRefusal(
      await connect({ scenarioId: "sales", variables: { company: 5 } }),
      400,
      "variables.company",
    );
    assertRefusal(
      await connect({ scenarioId: "sales", variables: { company: "x".repeat(501) } }),
      400,
      "variables.company",
    );
    assert.equal((await connect({ scenarioId: "sales", variables: { company: "Acme" } })).status, 200);
  });

  it("keeps the scenario as it was, whatever becomes of it", async () => {
    const world = testWorld();
    const ctx = world.as("ann");
    const { scenario_id } = await createScenario(ctx, OWN);
    const input = {
      sessionId: "s1",
      userId: "ann",
      scenarioId: scenario_id,
      variables: { agent: "Max", customer_name: "Mia" },
    };
    const cost = await costOf(world.db, () => connectVoice(ctx, input));
    assert.deepEqual([cost.transactions, cost.reads, cost.writes], [1, 3, 3]);
    await updateScenario(ctx, { scenario_id, prompt: "Say nothing." });
    await deleteScenario(ctx, { scenario_id });
    await connectVoice(ctx, input);
    const session = (await sessions(world.db).doc("s1").get()).data();
    assert.equal(session?.instructions, "You are Max.\n\nSpeak with Mia about chess.");
    assert.deepEqual(session?.scenario, {
      scenarioId: scenario_id,
      persona: "You are Max.",
      prompt: "Speak with Mia about chess.",
      voiceType: "aggressive_male",
      temperature: 1,
      onVoicemail: "carry_on",
    });
  });

  it("is not longer than instructions may be, whatever its variables hold", async () => {
    const world = testWorld();
    const ctx = world.as("ann");
    const prompt = "{{a}}".repeat(2_000);
    const { scenario_id } = await createScenario(ctx, { ...OWN, persona: "You.", prompt });
    const connect = (a: string) =>
      connectVoice(ctx, { sessionId: "s3", userId: "ann", scenarioId: scenario_id, variables: { a } });
    const refused = await rejectsWith("invalid_argument", connect("x".repeat(500)));
    assert.equal(refused.details.field, "variables");
    await connect("1234567");
  });

  it("of another user's is missing, and a voice that is named goes before the scenario's", async () => {
    const world = testWorld();
    const { scenario_id } = await createScenario(world.as("ann"), OWN);
    const bobs = { sessionId: "s2", userId: "bob", scenarioId: scenario_id };
    await rejectsWith("not_found", connectVoice(world.as("bob"), bobs));
    await connectVoice(world.as("bob"), { ...bobs, scenarioId: "survey", voice: "sage" });
    assert.equal((await sessions(world.db).doc("s2").get()).data()?.voice, "sage");
  });
});
