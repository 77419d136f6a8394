import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { BUILT_IN } from "../../src/scenarios/builtIn";
import { createScenario } from "../../src/scenarios/createScenario";
import { deleteScenario } from "../../src/scenarios/deleteScenario";
import { MAX_SCENARIOS } from "../../src/scenarios/limits";
import { getScenario, listScenarios } from "../../src/scenarios/readScenarios";
import { type CreateInput, createInput } from "../../src/scenarios/schemas";
import { fillVariables, variablesIn } from "../../src/scenarios/variables";
import { rejectsWith } from "../support/appError";
import { type Account, account, ask, assertDetail } from "../support/assistantApi";
import { costOf } from "../support/countedFirestore";
import { testWorld } from "../support/testCtx";

const CREATE = "/realtime/custom-scenario";
const LIST = "/custom-scenarios";
const valid = (more: Partial<CreateInput> = {}): CreateInput => ({
  persona: "You are a friendly sales representative for a tech company.",
  prompt: "Your goal is to understand the customer's needs.",
  voice_type: "aggressive_male",
  temperature: 0.7,
  on_voicemail: "carry_on",
  ...more,
});

describe("custom scenarios", () => {
  let ann: Account;
  let bob: Account;
  before(async () => {
    [ann, bob] = await Promise.all([account(), account()]);
  });
  const as = (who: Account, method: string, path: string, body?: unknown) =>
    ask(method, path, { token: who.accessToken, body });
  const create = async (who: Account, body: unknown = valid()) => {
    const answer = await as(who, "POST", CREATE, body);
    assert.equal(answer.status, 201, answer.text);
    return (answer.body as { scenario_id: string }).scenario_id;
  };

  it("are created, listed, read, changed and deleted as the guide shows", async () => {
    const created = await as(ann, "POST", CREATE, valid());
    assert.equal(created.status, 201);
    const { scenario_id, message } = created.body as Record<string, string>;
    assert.match(String(scenario_id), new RegExp(`^custom_${ann.id}_\\d{10}$`));
    assert.equal(message, "Custom scenario created successfully");

    const listed = (await as(ann, "GET", LIST)).body as Record<string, unknown>[];
    const { created_at, updated_at, ...rest } = listed[0] as { created_at: string; updated_at: string };
    assert.deepEqual(rest, { id: 1, scenario_id, ...valid() });
    assert.match(created_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.equal(updated_at, created_at);

    const path = `${LIST}/${scenario_id}`;
    assert.deepEqual((await as(ann, "GET", path)).body, listed[0]);
    const changes = {
      persona: "Updated persona",
      prompt: "Updated prompt",
      voice_type: "concerned_female",
      on_voicemail: "leave_message",
    };
    const changed = await as(ann, "PUT", path, { ...changes, temperature: 0.8 });
    assert.equal(changed.status, 200, changed.text);
    const { updated_at: changedAt, ...after } = changed.body as { updated_at: string };
    assert.deepEqual(after, { id: 1, scenario_id, ...changes, temperature: 0.8, created_at });
    assert.ok(changedAt > updated_at);
    const partly = await as(ann, "PUT", path, { temperature: 2 });
    assert.equal((partly.body as { persona: string }).persona, "Updated persona");

    const deleted = await as(ann, "DELETE", path);
    assert.deepEqual(deleted.body, { message: "Custom scenario deleted successfully" });
    assertDetail(await as(ann, "GET", path), 404);
    assertDetail(await as(ann, "DELETE", path), 404);
    assert.deepEqual((await as(ann, "GET", LIST)).body, []);
  });

  it("of another user answer as missing ones do, by every verb", async () => {
    const id = await create(ann);
    const missing = `custom_${bob.id}_1700000000`;
    for (const [method, body] of [["GET"], ["PUT", { temperature: 1 }], ["DELETE"]] as const) {
      const others = await as(bob, method, `${LIST}/${id}`, body);
      assertDetail(others, 404);
      assert.equal(others.text, (await as(bob, method, `${LIST}/${missing}`, body)).text);
    }
    assert.deepEqual((await as(bob, "GET", LIST)).body, []);
    assert.equal((await as(ann, "GET", `${LIST}/${id}`)).status, 200);
    const strange = { token: bob.accessToken, door: "function" as const };
    assertDetail(await ask("GET", `${LIST}/..%2Fusers`, strange), 404);
  });

  it("give back what was written, to the letter, whatever it looks like", async () => {
    for (const text of [
      "'; DROP TABLE scenarios; --",
      '<script>alert("x")</script>',
      "$ {7*7} {% include %} \\u0000 \u2028 é 😀",
      "$where: '1 == 1' __proto__",
    ]) {
      const id = await create(ann, valid({ persona: text, prompt: text }));
      const stored = (await as(ann, "GET", `${LIST}/${id}`)).body as CreateInput;
      assert.deepEqual([stored.persona, stored.prompt], [text, text]);
      await as(ann, "DELETE", `${LIST}/${id}`);
    }
  });

  it("refuse input by the name of the field, with 422", async () => {
    const cases: [unknown, string][] = [
      ["{", "body"],
      [{}, "persona"],
      [{ ...valid(), persona: "" }, "persona"],
      [{ ...valid(), persona: "  " }, "persona"],
      [{ ...valid(), persona: "x".repeat(5_001) }, "persona"],
      [{ ...valid(), persona: 5 }, "persona"],
      [{ ...valid(), prompt: "x".repeat(10_001) }, "prompt"],
      [{ ...valid(), prompt: "Hello {{Customer Name}}" }, "prompt"],
      [{ ...valid(), voice_type: "robot" }, "voice_type"],
      [{ ...valid(), on_voicemail: "sing" }, "on_voicemail"],
      [{ ...valid(), temperature: -0.1 }, "temperature"],
      [{ ...valid(), temperature: 2.1 }, "temperature"],
      [{ ...valid(), temperature: "hot" }, "temperature"],
      [{ ...valid(), owner: "bob" }, "owner"],
    ];
    for (const [body, field] of cases) assertDetail(await as(bob, "POST", CREATE, body), 422, field);
    const path = `${LIST}/custom_${bob.id}_1700000000`;
    assertDetail(await as(bob, "PUT", path, {}), 422);
    assertDetail(await as(bob, "PUT", path, { prompt: "" }), 422, "prompt");
    assertDetail(await as(bob, "PUT", path, { scenario_id: "other", temperature: 1 }), 422, "scenario_id");
    assertDetail(await as(bob, "POST", CREATE, valid({ prompt: "x".repeat(1_048_576) })), 413);
    assertDetail(await as(bob, "PATCH", path, {}), 405);
    assertDetail(await ask("GET", LIST), 401);
  });

  it("take as much as they say, an emoji counted as one", async () => {
    const most = valid({ persona: "😀".repeat(5_000), prompt: "😀".repeat(10_000), temperature: 2 });
    await as(ann, "DELETE", `${LIST}/${await create(ann, most)}`);
    const { temperature: _, ...without } = valid();
    const id = await create(ann, without);
    assert.equal(((await as(ann, "GET", `${LIST}/${id}`)).body as CreateInput).temperature, 0.8);
  });

  it("are created at most ten times a minute", async () => {
    const eager = await account();
    for (let n = 0; n < 10; n += 1) {
      const answer = await as(eager, "POST", CREATE, valid());
      assert.equal(answer.headers.get("x-ratelimit-remaining"), String(9 - n));
    }
    assertDetail(await as(eager, "POST", CREATE, valid()), 429);
  });
});

describe("scenarios, on a clock of their own", () => {
  const parsed = createInput.parse(valid());

  it("are at most 20 a user, exactly, under 50 creates at once, and each has an id and a number of its own", async function () {
    this.timeout(120_000);
    const world = testWorld();
    const ctx = world.as("ann");
    for (let n = 0; n < 15; n += 1) {
      if (n === 10) world.pass(60);
      await createScenario(ctx, parsed);
    }
    world.pass(60);
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => createScenario(ctx, parsed)));
    const codes = outcomes.map((one) => (one.status === "fulfilled" ? "created" : one.reason.code));
    const count = (code: string) => codes.filter((one) => one === code).length;
    assert.deepEqual([count("created"), count("conflict"), count("rate_limited")], [5, 5, 40]);
    const listed = await listScenarios(ctx);
    assert.equal(listed.length, MAX_SCENARIOS);
    assert.equal(new Set(listed.map(({ scenario_id }) => scenario_id)).size, MAX_SCENARIOS);
    assert.deepEqual(
      listed.map(({ id }) => id).sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    world.pass(60);
    await rejectsWith("conflict", createScenario(ctx, parsed));
    await deleteScenario(ctx, { scenario_id: String(listed[0]?.scenario_id) });
    await createScenario(ctx, parsed);
    await rejectsWith("conflict", createScenario(ctx, parsed));
  });

  it("work for a uid of any characters, as custom tokens may have", async () => {
    const world = testWorld();
    for (const uid of ["auth0|5f7c/8", "a%2Fb", "é 😀"]) {
      const ctx = world.as(uid);
      const { scenario_id } = await createScenario(ctx, parsed);
      assert.equal((await getScenario(ctx, { scenario_id })).scenario_id, scenario_id);
      await deleteScenario(ctx, { scenario_id });
      assert.deepEqual(await listScenarios(ctx), []);
    }
  });

  it("cost what they say: a list of 20 is one query", async () => {
    const world = testWorld();
    const ctx = world.as("ann");
    const creating = await costOf(world.db, () => createScenario(ctx, parsed));
    assert.deepEqual([creating.reads, creating.writes], [2, 3]);
    for (let n = 1; n < MAX_SCENARIOS; n += 1) {
      world.pass(10);
      await createScenario(ctx, parsed);
    }
    const listing = await costOf(world.db, () => listScenarios(ctx));
    assert.deepEqual([listing.roundTrips, listing.reads, listing.writes], [1, 20, 0]);
  });
});

describe("built-in scenarios", () => {
  it("are listed for everybody", async () => {
    const ann = await account();
    const listed = (await ask("GET", "/scenarios", { token: ann.accessToken })).body as {
      scenario_id: string;
    }[];
    assert.deepEqual(
      listed.map(({ scenario_id }) => scenario_id),
      ["sales", "support", "appointment_reminder", "calendar", "survey", "interview"],
    );
    assertDetail(await ask("GET", "/scenarios"), 401);
  });

  it("work as they are: each of their variables has a value", () => {
    for (const [id, { persona, prompt, variables }] of Object.entries(BUILT_IN)) {
      const text = `${persona} ${prompt}`;
      assert.deepEqual(variablesIn(text).sort(), Object.keys(variables).sort(), id);
      assert.doesNotMatch(fillVariables(text, variables), /[{}]/);
    }
  });
});

describe("variables", () => {
  it("are filled wherever they stand, and only once", () => {
    const text = "Call {{customer_name}} of {{ company }}, yes {{customer_name}}.";
    assert.deepEqual(variablesIn(text), ["customer_name", "company"]);
    const values = { customer_name: "{{company}} $& $1", company: "Acme" };
    assert.equal(fillVariables(text, values), "Call {{company}} $& $1 of Acme, yes {{company}} $& $1.");
  });

  it("that are unknown, or have no value, are refused by name", () => {
    const refused = (values: Record<string, string>) => {
      try {
        fillVariables("Hello {{name}}", values);
      } catch (error) {
        return (error as { details: { field: string } }).details.field;
      }
      return assert.fail("it was filled");
    };
    assert.equal(refused({}), "variables.name");
    assert.equal(refused({ name: "x", other: "y" }), "variables.other");
    assert.equal(refused({ constructor: "x", name: "x" }), "variables.constructor");
  });
});
