import assert from "node:assert/strict";
import { getAuth } from "firebase-admin/auth";
import type { CallInput } from "../../simulators/vapi/callScript";
import type { FaultInput } from "../../simulators/vapi/faults";
import { startVapiSimulator, type VapiSimulator } from "../../simulators/vapi/server";
import type { Ctx } from "../../src/core/ctx";
import { firebaseApp } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import type { Answer } from "./http";
import { fromStack } from "./stackEnvironment";
import { type TestWorld, testWorld } from "./testCtx";

export const START = "/api/v1/sessions/vapi/start";
export const EVENTS = "/vapi/events";

/** Somebody who has signed in, by whatever claims. */
export interface Claimant {
  uid: string;
  idToken: string;
}

/** A user that nobody else uses, whose ID token has these claims; a patient's where they are left out. */
export async function patient(claims: object = { type: "patient" }): Promise<Claimant> {
  const uid = newId();
  const token = await getAuth(firebaseApp()).createCustomToken(uid, claims);
  const base = `http://${fromStack("FIREBASE_AUTH_EMULATOR_HOST")}/identitytoolkit.googleapis.com/v1`;
  const response = await fetch(`${base}/accounts:signInWithCustomToken?key=demo`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token, returnSecureToken: true }),
  });
  const { idToken } = (await response.json()) as { idToken?: string };
  assert.ok(idToken, "signed in");
  return { uid, idToken };
}

/** Asserts the shape of Vapi's errors, and that nothing of the inside shows. @returns what it tells to do */
export function assertVapiError({ status, text, body }: Answer, expected: number, code: string): string {
  assert.equal(status, expected, text);
  const { success, error, ...others } = body as { success: unknown; error: Record<string, unknown> };
  assert.deepEqual([success, Object.keys(others)], [false, []]);
  assert.deepEqual(Object.keys(error), ["code", "message", "details"]);
  assert.equal(error.code, code, text);
  assert.doesNotMatch(text, /<html|node_modules|\.js:\d|at \w+ \(|private|secret-of/i);
  return String(error.details);
}

/** Steers the stack's Vapi: `/control/vapi/<what>`. @returns what it answers */
export async function vapiControl<T = unknown>(method: string, what: string, body?: unknown): Promise<T> {
  const response = await fetch(`${fromStack("SIMULATORS_URL")}/control/vapi/${what}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${what}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

/** An assistant of the stack's Vapi that no other test asks for, and what goes wrong with it. */
export async function ownAssistant(fault?: Omit<FaultInput, "assistantId">): Promise<string> {
  const id = newId();
  await vapiControl("POST", "assistants", { id });
  if (fault) await vapiControl("POST", "faults", { times: 1_000, ...fault, assistantId: id });
  return id;
}

/** Holds a call at the stack's Vapi, whose messages go to the stack. */
export function holdCall(
  call: CallInput,
): Promise<{ id: string; deliveries: { type: string; status: number }[] }> {
  return vapiControl("POST", "calls", call);
}

/** A world of its own with a Vapi of its own. */
export interface VapiWorld extends TestWorld {
  vapi: VapiSimulator;
  /** A context with its settings; the same each time, as on one instance. */
  instance: Ctx;
  /** Another instance, with these settings changed. */
  anew(settings?: Record<string, string | undefined>): Ctx;
  /** What a verb gets on an instance when a patient calls, or somebody of other claims. */
  patient(uid: string, options?: { instance?: Ctx; claims?: Record<string, unknown> }): Ctx;
}

const ASSISTANT = "assistant-1";

export async function vapiWorld(): Promise<VapiWorld> {
  const world = testWorld();
  const vapi = await startVapiSimulator({
    account: {
      orgId: "org-1",
      privateKey: "private-key",
      publicKey: "public-key",
      assistantIds: [ASSISTANT],
      webhookSecret: "secret-of-the-webhook",
    },
  });
  const settings = {
    VAPI_API_KEY: "private-key",
    VAPI_PUBLIC_API_KEY: "public-key",
    VAPI_ASSISTANT_ID: ASSISTANT,
    VAPI_ORG_ID: "org-1",
    VAPI_WEBHOOK_SECRET: "secret-of-the-webhook",
    VAPI_BASE_URL: vapi.url,
  };
  const anew = (changed: Record<string, string | undefined> = {}) =>
    world.configured({ ...settings, ...changed });
  const instance = anew();
  return {
    ...world,
    vapi,
    instance,
    anew,
    patient: (uid, { instance: on = instance, claims = { type: "patient" } } = {}) => ({
      ...on,
      caller: { uid, claims },
    }),
  };
}
