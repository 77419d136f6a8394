import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { firestore } from "../../src/core/firestore";
import { createInterview } from "../../src/interviews/createInterview";
import { deleteInterview } from "../../src/interviews/deleteInterview";
import { eraseInterviewsOf } from "../../src/interviews/eraseInterviews";
import { INTERVIEW_TYPES } from "../../src/interviews/interviewTypes";
import { MAX_INTERVIEWS, MAX_QUESTIONS } from "../../src/interviews/limits";
import { getInterview, listInterviews } from "../../src/interviews/readInterviews";
import { createInput, type Interview } from "../../src/interviews/schemas";
import { interviewOwners, interviews } from "../../src/interviews/store";
import { REALTIME_VOICES } from "../../src/voice/schemas";
import { rejectsWith } from "../support/appError";
import { type Account, account, ask, assertDetail } from "../support/assistantApi";
import { costOf } from "../support/countedFirestore";
import { eventually } from "../support/eventually";
import { testWorld } from "../support/testCtx";

const PATH = "/api/v1/interviews";
const valid = (more: object = {}) => ({ type: "technical", role: "Backend engineer", ...more });
const idsOf = (body: unknown) => (body as Interview[]).map(({ id }) => id);

describe("interviews", () => {
  let ann: Account;
  let bob: Account;
  before(async () => {
    [ann, bob] = await Promise.all([account(), account()]);
  });
  const as = (who: Account, method: string, path: string, body?: unknown) =>
    ask(method, path, { token: who.accessToken, body });
  const create = async (who: Account, body: unknown = valid()) => {
    const answer = await as(who, "POST", PATH, body);
    assert.equal(answer.status, 201, answer.text);
    return answer.body as Interview;
  };

  it("are created, read, listed and deleted", async () => {
    const questions = ["Why this role?", "What is a  race condition?\nGive an example."];
    const sent = valid({
      title: "  Second round ",
      role: " Backend engineer\n",
      questions: [" Why this role? ", questions[1]],
    });
    const { id, createdAt, persona, ...rest } = await create(ann, sent);
    assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.match(createdAt, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.ok(persona.manner.length > 100);
    assert.deepEqual(rest, {
      type: "technical",
      title: "Second round",
      role: "Backend engineer",
      questions,
      progress: [1, 2].map((questionNumber) => ({ questionNumber, status: "not_started", sessionIds: [] })),
    });
    const whole = { id, createdAt, persona, ...rest };
    assert.deepEqual((await as(ann, "GET", `${PATH}/${id}`)).body, whole);
    assert.deepEqual((await as(ann, "GET", PATH)).body, [whole]);

    const deleted = await as(ann, "DELETE", `${PATH}/${id}`);
    assert.equal(deleted.status, 200);
    assert.deepEqual(deleted.body, { message: "Interview deleted successfully" });
    assertDetail(await as(ann, "GET", `${PATH}/${id}`), 404);
    assertDetail(await as(ann, "DELETE", `${PATH}/${id}`), 404);
    assert.deepEqual((await as(ann, "GET", PATH)).body, []);
  });

  it("of every type have a title, five questions and an interviewer of their own", async () => {
    const made: Interview[] = [];
    for (const type of INTERVIEW_TYPES) made.push(await create(ann, { type, role: "Nurse" }));
    for (const { type, title, questions, persona, progress } of made) {
      assert.equal(title.toLowerCase(), `${type.replace("_", " ")} interview`);
      assert.equal(new Set(questions).size, 5, type);
      assert.equal(progress.length, 5);
      assert.ok(REALTIME_VOICES.includes(persona.voice));
      // What is asked by default is what its user could have asked.
      createInput.parse({ type, title, role: "Nurse", questions });
    }
    const several = (of: (one: Interview) => string) => new Set(made.map(of)).size;
    assert.equal(
      several(({ persona }) => persona.manner),
      INTERVIEW_TYPES.length,
    );
    assert.equal(
      several(({ persona }) => persona.voice),
      INTERVIEW_TYPES.length,
    );
    assert.equal(
      several(({ questions }) => questions.join()),
      INTERVIEW_TYPES.length,
    );
    await Promise.all(made.map(({ id }) => as(ann, "DELETE", `${PATH}/${id}`)));
  });

  it("take as much as they say, an emoji counted as one", async () => {
    const questions = Array.from({ length: MAX_QUESTIONS }, (_, n) => `${n % 10}${"😀".repeat(999)}`);
    const made = await create(ann, valid({ title: "😀".repeat(200), role: "😀".repeat(200), questions }));
    assert.deepEqual(made.questions, questions);
    assert.deepEqual((await as(ann, "GET", `${PATH}/${made.id}`)).body, made);
    await as(ann, "DELETE", `${PATH}/${made.id}`);
    const { id } = await create(ann, valid({ questions: ["?"] }));
    await as(ann, "DELETE", `${PATH}/${id}`);
  });

  it("refuse input by the name of the field, with 422", async () => {
    const cases: [unknown, string][] = [
      ["{", "body"],
      [{ role: "Nurse" }, "type"],
      [valid({ type: "singing" }), "type"],
      [{ type: "case" }, "role"],
      [valid({ role: "  " }), "role"],
      [valid({ role: "x".repeat(201) }), "role"],
      [valid({ role: 5 }), "role"],
      [valid({ title: "" }), "title"],
      [valid({ title: "x".repeat(201) }), "title"],
      [valid({ questions: [] }), "questions"],
      [valid({ questions: Array(MAX_QUESTIONS + 1).fill("Why?") }), "questions"],
      [valid({ questions: "Why?" }), "questions"],
      [valid({ questions: ["Why?", "\n"] }), "questions[1]"],
      [valid({ questions: ["x".repeat(1_001)] }), "questions[0]"],
      [valid({ questions: [7] }), "questions[0]"],
      [valid({ persona: { voice: "ash" } }), "persona"],
      [valid({ userId: bob.id }), "userId"],
    ];
    for (const [body, field] of cases) assertDetail(await as(bob, "POST", PATH, body), 422, field);
    assert.deepEqual((await as(bob, "GET", PATH)).body, []);
    for (const [query, field] of [
      ["limit=0", "limit"],
      ["limit=101", "limit"],
      ["limit=many", "limit"],
      ["cursor=%21", "cursor"],
      ["user=ann", "user"],
    ] as const) {
      assertDetail(await as(bob, "GET", `${PATH}?${query}`), 422, field);
    }
    assertDetail(await as(bob, "PUT", `${PATH}/x`, {}), 405);
    assertDetail(await ask("GET", PATH), 401);
    assertDetail(await ask("POST", PATH, { body: valid() }), 401);
  });

  it("of another user answer as missing ones do, by every verb", async () => {
    const { id } = await create(ann);
    const missing = "0b6f5a52-6b0b-4a9e-9a57-1f2f7e1c9d10";
    for (const method of ["GET", "DELETE"]) {
      const others = await as(bob, method, `${PATH}/${id}`);
      assertDetail(others, 404);
      assert.equal(others.text, (await as(bob, method, `${PATH}/${missing}`)).text);
      for (const strange of ["__x__", "a.b", "%20", "x".repeat(200)])
        assert.equal((await as(bob, method, `${PATH}/${strange}`)).text, others.text, strange);
    }
    const strange = { token: bob.accessToken, door: "function" as const };
    assertDetail(await ask("GET", `${PATH}/..%2Fusers`, strange), 404);
    assert.deepEqual((await as(bob, "GET", PATH)).body, []);
    assert.deepEqual(idsOf((await as(ann, "GET", PATH)).body), [id]);
  });

  it("are listed page by page, newest first", async () => {
    const own = await account();
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.push((await create(own)).id);
    const shown: string[][] = [];
    let cursor: string | null = null;
    do {
      const from: string = cursor === null ? "" : `&cursor=${cursor}`;
      const page = await as(own, "GET", `${PATH}?limit=2${from}`);
      shown.push(idsOf(page.body));
      cursor = page.headers.get("x-next-cursor");
    } while (cursor !== null);
    assert.deepEqual(shown, [made.slice(3).reverse(), made.slice(1, 3).reverse(), made.slice(0, 1)]);
    assert.equal((await as(own, "GET", `${PATH}?limit=5`)).headers.get("x-next-cursor"), null);
  });

  it("are created at most twenty times a minute, and a hundred in all", async () => {
    const eager = await account();
    const first = await create(eager);
    await interviewOwners(firestore()).doc(eager.id).update({ count: MAX_INTERVIEWS });
    assertDetail(await as(eager, "POST", PATH, valid()), 409);
    assert.equal((await as(eager, "DELETE", `${PATH}/${first.id}`)).status, 200);
    const next = await as(eager, "POST", PATH, valid());
    assert.equal(next.status, 201);
    assert.equal(next.headers.get("x-ratelimit-limit"), "20");
    assert.equal(next.headers.get("x-ratelimit-remaining"), "17");
    for (let n = 0; n < 17; n += 1) assertDetail(await as(eager, "POST", PATH, valid()), 409);
    const refused = await as(eager, "POST", PATH, valid());
    assertDetail(refused, 429);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
  });

  it("go with the account", async () => {
    const leaving = await account();
    await create(leaving);
    assert.equal((await as(leaving, "DELETE", "/users/me")).status, 200);
    await eventually(async () => {
      const left = await interviews(firestore()).where("userId", "==", leaving.id).get();
      assert.equal(left.size, 0);
      assert.equal((await interviewOwners(firestore()).doc(leaving.id).get()).exists, false);
    });
  });
});

describe("interviews, on a clock of their own", () => {
  const parsed = createInput.parse(valid());

  it("are at most 100 a user, exactly, however many are created at once", async function () {
    this.timeout(60_000);
    const world = testWorld();
    const ctx = world.as("ann");
    await interviewOwners(world.db)
      .doc("ann")
      .set({ userId: "ann", count: MAX_INTERVIEWS - 3 });
    const outcomes = await Promise.allSettled(Array.from({ length: 9 }, () => createInterview(ctx, parsed)));
    const codes = outcomes.map((one) => (one.status === "fulfilled" ? "created" : one.reason.code));
    assert.deepEqual(codes.sort(), [...Array(6).fill("conflict"), ...Array(3).fill("created")]);
    const listed = (await listInterviews(ctx, { limit: 100 })).interviews;
    assert.equal(new Set(listed.map(({ id }) => id)).size, 3);
    await deleteInterview(ctx, { id: String(listed[0]?.id) });
    await createInterview(ctx, parsed);
    await rejectsWith("conflict", createInterview(ctx, parsed));
  });

  it("of one moment are each on one page, and only on one", async () => {
    const world = testWorld();
    const ctx = world.as("ann");
    for (let n = 0; n < 5; n += 1) await createInterview(ctx, parsed);
    const first = await listInterviews(ctx, { limit: 3 });
    const second = await listInterviews(ctx, { limit: 3, cursor: first.nextCursor });
    const ids = [...first.interviews, ...second.interviews].map(({ id }) => id);
    assert.equal(new Set(ids).size, 5);
    assert.equal(second.nextCursor, undefined);
  });

  it("work for a uid of any characters, as custom tokens may have", async () => {
    const world = testWorld();
    for (const uid of ["auth0|5f7c/8", "a%2Fb", "é 😀"]) {
      const ctx = world.as(uid);
      const { id } = await createInterview(ctx, parsed);
      assert.equal((await getInterview(ctx, { id })).id, id);
      await deleteInterview(ctx, { id });
      assert.deepEqual((await listInterviews(ctx, { limit: 1 })).interviews, []);
    }
  });

  it("are erased with their counter, and nobody else's are", async () => {
    const world = testWorld();
    for (const uid of ["ann", "ann", "bob"]) await createInterview(world.as(uid), parsed);
    await eraseInterviewsOf(world.as(), "ann");
    await eraseInterviewsOf(world.as(), "ann");
    const left = await Promise.all([interviews(world.db).get(), interviewOwners(world.db).get()]);
    assert.deepEqual(
      left.map(({ docs }) => docs.map((document) => document.data().userId)),
      [["bob"], ["bob"]],
    );
  });

  it("cost what they say", async () => {
    const world = testWorld();
    const ctx = world.as("ann");
    const creating = await costOf(world.db, () => createInterview(ctx, parsed));
    assert.deepEqual([creating.reads, creating.writes], [2, 3]);
    for (let n = 0; n < 4; n += 1) await createInterview(ctx, parsed);
    const listing = await costOf(world.db, () => listInterviews(ctx, { limit: 3 }));
    assert.deepEqual([listing.roundTrips, listing.reads, listing.writes], [1, 4, 0]);
    const [first] = (await listInterviews(ctx, { limit: 1 })).interviews;
    const deleting = await costOf(world.db, () => deleteInterview(ctx, { id: String(first?.id) }));
    assert.deepEqual([deleting.reads, deleting.writes], [1, 2]);
  });
});
