import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { EventEmitter } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import type { StartOutput } from "../../src/vapi/schemas";
import { startVapiSession } from "../../src/vapi/startSession";
import { eventually } from "../support/eventually";
import { inFunctions } from "../support/repositoryFiles";
import { type VapiWorld, vapiWorld } from "../support/vapi";

type Data = StartOutput["data"];

// Its own types bring the browser's along for the whole program that imports them: those are for `USE` alone.
interface Sdk extends EventEmitter {
  start(assistantId: string, overrides: { metadata: object }): Promise<unknown>;
}
const { default: Vapi } = require("@vapi-ai/web") as { default: new (token: string, baseUrl: string) => Sdk };

/** What an app does with the answer, with what must not compile as a check that the compiler looks. */
const USE = `
import Vapi from "@vapi-ai/web";
import type { StartOutput } from "../../src/vapi/schemas";

export async function talk({ data }: StartOutput) {
  const vapi = new Vapi(data.apiKey);
  const call = await vapi.start(data.assistantId, { metadata: data.patientContext });
  // @ts-expect-error
  new Vapi(data.patientContext);
  // @ts-expect-error
  vapi.start(data.assistantId, { metadata: data.patientContext.id });
  return call?.id;
}
`;
const FOLDER = inFunctions(".build", `vapi-${process.pid}`);
const PROJECT = {
  extends: "../../tsconfig.json",
  compilerOptions: { noEmit: true, rootDir: "../..", types: ["node"] },
  include: ["*.ts"],
  exclude: [],
};

/**
 * Begins a call by the SDK itself as far as it goes without a browser: until Vapi has made the call.
 * @returns the call's id at Vapi; undefined where Vapi refuses
 */
async function begin({ apiKey, assistantId, patientContext }: Data, baseUrl: string): Promise<unknown> {
  let callId: unknown;
  const vapi = new Vapi(apiKey, baseUrl);
  vapi.on("call-start-progress", ({ stage, status, metadata }) => {
    if (stage === "web-call-creation" && status === "completed") callId = metadata.callId;
  });
  // There is no microphone: what comes after the call was made fails.
  vapi.on("error", () => {});
  await vapi.start(assistantId, { metadata: patientContext });
  return callId;
}

describe("what @vapi-ai/web is given", () => {
  let world: VapiWorld;
  before(async () => {
    world = await vapiWorld();
  });
  after(() => world.vapi.stop());

  const given = async (uid: string, settings: Record<string, string | undefined> = {}) =>
    (await startVapiSession(world.patient(uid, { instance: world.anew(settings) }), {})).data;

  it("is what its published types ask for", function () {
    this.timeout(60_000);
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path.join(FOLDER, "tsconfig.json"), JSON.stringify(PROJECT));
    writeFileSync(path.join(FOLDER, "use.ts"), USE);
    const tsc = inFunctions("node_modules", ".bin", "tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", FOLDER], { encoding: "utf8" });
    rmSync(FOLDER, { recursive: true });
    assert.equal(stdout, "");
  });

  for (const [what, settings] of [
    ["the public key", {}],
    ["a public token", { VAPI_USE_PUBLIC_JWT: "true", ALLOWED_ORIGINS: "https://app.example" }],
  ] as const) {
    it(`with ${what} makes a call of the assistant that carries the patient's context`, async () => {
      // Vapi's clock is the real one.
      world.pass((Date.now() - world.now().getTime()) / 1_000);
      const data = await given(`ann with ${what}`, settings);
      const callId = await begin(data, world.vapi.url);
      const call = await eventually(async () => {
        const found = world.vapi.calls().find(({ id }) => id === callId);
        assert.ok(found);
        return found;
      });
      assert.equal(call.assistantId, data.assistantId);
      assert.deepEqual(call.metadata, data.patientContext);
    });
  }

  it("cannot be a token that has expired, or one for another assistant or from another page", async () => {
    const settings = { VAPI_USE_PUBLIC_JWT: "true", ALLOWED_ORIGINS: "https://app.example" };
    world.pass((Date.now() - world.now().getTime()) / 1_000 - 660);
    const expired = await given("bea", settings);
    assert.equal(await begin(expired, world.vapi.url), undefined);
    world.pass(660);
    const data = await given("cat", settings);
    const ask = (body: object, headers: Record<string, string> = {}) =>
      fetch(`${world.vapi.url}/call/web`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${data.apiKey}`, ...headers },
        body: JSON.stringify(body),
      }).then(({ status }) => status);
    const { assistantId } = data;
    assert.equal(await ask({ assistantId: "another" }), 401);
    assert.equal(await ask({ assistant: { name: "My own" } }), 401);
    assert.equal(await ask({ assistantId }, { Origin: "https://elsewhere.example" }), 401);
    assert.equal(await ask({ assistantId }, { Authorization: `Bearer ${data.apiKey}x` }), 401);
    assert.equal(await ask({ assistantId }, { Origin: "https://app.example" }), 201);
  });
});
