import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { startTwilioSimulator, type TwilioSimulator } from "../../simulators/twilio/server";
import type { Ctx } from "../../src/core/ctx";
import { getTurnCredentials } from "../../src/webrtc/turnCredentials";
import type { TurnCredentials } from "../../src/webrtc/turnSchemas";
import { turnCredentials } from "../../src/webrtc/turnStore";
import { rejectsWith } from "../support/appError";
import { costOf } from "../support/countedFirestore";
import { everyDocument } from "../support/everyDocument";
import { type TestWorld, testWorld } from "../support/testCtx";

type Settings = Record<string, string | undefined>;

/** The lines that carry secrets. */
function secretsOf({ iceServers }: TurnCredentials): string[] {
  const secrets = iceServers.flatMap(({ username, credential }) => [username ?? [], credential ?? []].flat());
  assert.ok(secrets.length > 0);
  return [...new Set(secrets)];
}

describe("TURN credentials", () => {
  let world: TestWorld;
  let twilio: TwilioSimulator;
  before(async () => {
    world = testWorld();
    twilio = await startTwilioSimulator({
      publicUrl: "",
      account: { sid: `AC${"1".repeat(32)}`, authToken: "a secret", numbers: [] },
    });
  });
  after(() => twilio.stop());

  const as = (uid: string, more: Settings = {}): Ctx => {
    const { sid, authToken } = twilio.account;
    const account = { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: authToken };
    return world.configured({ ...account, TWILIO_API_BASE_URL: twilio.url, ...more }, uid);
  };
  const made = () => twilio.requests().filter(({ path }) => path.endsWith("/Tokens.json")).length;

  it("are given again while more than half of their life is left, and tell how much is", async () => {
    const count = made();
    const first = await getTurnCredentials(as("ann"), { ttl: 600 });
    assert.equal(first.ttl, 600);
    world.pass(299);
    const second = await getTurnCredentials(as("ann"), { ttl: 600 });
    assert.deepEqual(second, { ...first, ttl: 301 });
    assert.equal(made() - count, 1);
    world.pass(1);
    const third = await getTurnCredentials(as("ann"), { ttl: 600 });
    assert.equal(third.ttl, 600);
    assert.notDeepEqual(third.iceServers, first.iceServers);
    assert.equal(made() - count, 2);
    assert.deepEqual(await getTurnCredentials(as("ann"), { ttl: 600 }), third, "the new ones in their place");
  });

  it("live for as long as is asked for: Twilio makes others for another ttl, and for another user", async () => {
    const asked = [
      ["bob", 600],
      ["bob", 3_600],
      ["carl", 3_600],
    ] as const;
    const given = [];
    for (const [uid, ttl] of asked) given.push(await getTurnCredentials(as(uid), { ttl }));
    assert.deepEqual(
      given.map(({ ttl }) => ttl),
      [600, 3_600, 3_600],
    );
    assert.equal(new Set(given.map((one) => secretsOf(one)[0])).size, 3);
    const requests = twilio.requests().slice(-3);
    assert.deepEqual(
      requests.map(({ params }) => params.Ttl),
      ["600", "3600", "3600"],
    );
  });

  it("cost 1 read where they are given again, and 2 reads and 2 writes where they are made", async () => {
    const cost = () => costOf(world.db, () => getTurnCredentials(as("dan"), { ttl: 600 }));
    const [fresh, again] = [await cost(), await cost()];
    assert.deepEqual([fresh.reads, fresh.writes], [2, 2]);
    assert.deepEqual([again.reads, again.writes], [1, 0]);
  });

  it("are asked of Twilio once, however many of a user's requests come at once", async () => {
    const count = made();
    twilio.addFault({ on: "token", hangMs: 300 });
    const asked = Array.from({ length: 20 }, () => getTurnCredentials(as("eve"), { ttl: 600 }));
    const given = await Promise.all([...asked, getTurnCredentials(as("fay"), { ttl: 600 })]);
    assert.equal(made() - count, 2);
    assert.equal(new Set(given.map((one) => secretsOf(one)[0])).size, 2);
  });

  it("are made anew ten times a minute; those that are kept are given on", async () => {
    for (let ttl = 100; ttl < 110; ttl += 1) await getTurnCredentials(as("gil"), { ttl });
    const count = made();
    const refused = await rejectsWith("rate_limited", getTurnCredentials(as("gil"), { ttl: 110 }));
    assert.equal(refused.details.retryAfterSeconds, 60);
    await getTurnCredentials(as("gil"), { ttl: 109 });
    assert.equal(made(), count);
    world.pass(60);
    await getTurnCredentials(as("gil"), { ttl: 110 });
  });

  it("are sealed where they are stored, until they expire, and are in no log", async () => {
    const given = await getTurnCredentials(as("hal"), { ttl: 600 });
    const stored = await turnCredentials(world.db).doc("hal").get();
    assert.equal(stored.get("expiresAt").toMillis(), world.now().getTime() + 600_000);
    const written = JSON.stringify([await everyDocument(world.db), world.log]);
    assert.ok(written.includes("turnCredentials/hal"));
    for (const secret of secretsOf(given)) assert.ok(!written.includes(secret));
    assert.doesNotMatch(written, /turn:|stun:/);
  });

  it("that cannot be opened, for the key was changed or they are another's, are made anew", async () => {
    const ians = await getTurnCredentials(as("ian"), { ttl: 600 });
    const rotated = { SECRET_KEY: "a new secret of more than thirty-two characters" };
    const anew = await getTurnCredentials(as("ian", rotated), { ttl: 600 });
    assert.notDeepEqual(anew, ians);
    assert.deepEqual(await getTurnCredentials(as("ian", rotated), { ttl: 600 }), anew);
    const stored = (await turnCredentials(world.db).doc("ian").get()).data();
    assert.ok(stored);
    await turnCredentials(world.db).doc("joe").set(stored);
    assert.notDeepEqual(await getTurnCredentials(as("joe", rotated), { ttl: 600 }), anew);
  });

  it("are given also where they cannot be kept", async () => {
    const broken = testWorld();
    const wire = broken.db as unknown as {
      request(method: string, sent: object, ...more: unknown[]): unknown;
    };
    const { request } = wire;
    wire.request = (method, sent, ...more) => {
      const { writes = [] } = sent as { writes?: { update?: { name?: string } }[] };
      if (writes.some(({ update }) => update?.name?.includes("/turnCredentials/")))
        throw new Error("The database is full.");
      return request.call(broken.db, method, sent, ...more);
    };
    const ctx = { ...as("kim"), db: broken.db, log: broken.as().log };
    const given = await getTurnCredentials(ctx, { ttl: 600 });
    assert.equal(given.ttl, 600);
    assert.deepEqual(
      broken.log.map(({ message }) => message),
      ["turn credentials could not be kept"],
    );
    assert.ok(secretsOf(given).every((secret) => !JSON.stringify(broken.log).includes(secret)));
  });

  it("need Twilio and the key that seals them, but no phone; also those that are kept", async () => {
    await getTurnCredentials(as("liz"), { ttl: 600 });
    for (const name of ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SECRET_KEY"]) {
      const work = getTurnCredentials(as("liz", { [name]: undefined }), { ttl: 600 });
      const { safeMessage } = await rejectsWith("not_configured", work);
      assert.equal(safeMessage, `${name} is not configured on the server.`);
    }
  });

  it("are for users alone", async () => {
    await rejectsWith("unauthenticated", getTurnCredentials(world.as(), { ttl: 600 }));
  });

  for (const [what, code, fault] of [
    ["fails", "provider_unavailable", { status: 500 }],
    ["is down", "provider_unavailable", { status: 503 }],
    ["is asked too often", "provider_unavailable", { status: 429, code: 20_429 }],
    ["cuts the connection", "provider_unavailable", {}],
    ["does not take our key", "provider_failed", { status: 401, code: 20_003 }],
    ["refuses", "provider_failed", { status: 400 }],
  ] as const) {
    it(`are not there where Twilio ${what}, which says nothing of Twilio, and come back with it`, async () => {
      const ctx = as("mia");
      const count = made();
      twilio.addFault({ on: "token", ...fault });
      const { safeMessage, details } = await rejectsWith(code, getTurnCredentials(ctx, { ttl: 600 }));
      assert.equal(made() - count, 1, "asked once");
      assert.doesNotMatch(safeMessage, /twilio|\d{3}/i);
      assert.equal(details.retryAfterSeconds, code === "provider_unavailable" ? 5 : undefined);
      assert.equal((await turnCredentials(world.db).doc("mia").get()).exists, false, "nothing is kept");
      await getTurnCredentials(ctx, { ttl: 600 });
      await turnCredentials(world.db).doc("mia").delete();
      world.pass(60);
    });
  }

  it("come late where Twilio is slow, and are given up where it does not answer", async function () {
    this.timeout(60_000);
    twilio.addFault({ on: "token", hangMs: 1_000 });
    await getTurnCredentials(as("ned"), { ttl: 600 });
    twilio.addFault({ on: "token", hangMs: 120_000 });
    await rejectsWith("provider_unavailable", getTurnCredentials(as("ned"), { ttl: 60 }));
  });
});
