import assert from "node:assert/strict";
import type { CallView } from "../../../simulators/twilio/callView.js";
import { startTwilioSimulator, type TwilioSimulator } from "../../../simulators/twilio/server.js";
import { eventually } from "../../support/eventually.js";
import { Application, type Received } from "./application.js";
import { sdkFor } from "./client.js";

export const TO = "+14155550100";
export const FROM = "+14155550199";
const ENDED = ["completed", "busy", "no-answer", "failed", "canceled"];

/** A simulator, the SDK that speaks to it, and an application that it calls. */
export interface Bench {
  simulator: TwilioSimulator;
  sdk: ReturnType<typeof sdkFor>;
  application: Application;
  /** A call to TwiML of these verbs, which has begun. */
  call(verbs: string, options?: Record<string, unknown>): Promise<string>;
  /** So many requests to a path, once the application was sent them. */
  told(path: string, count: number): Promise<Received[]>;
  /** Where the sound of an ended call is kept. */
  wavOf(sid: string): Promise<string>;
  /** The call as it is once it has ended. */
  ended(sid: string): Promise<CallView>;
  stop(): Promise<void>;
}

export async function startBench(options: Parameters<typeof startTwilioSimulator>[0] = {}): Promise<Bench> {
  const account = { sid: `AC${"1".repeat(32)}`, authToken: "secret", numbers: [FROM] };
  const simulator = await startTwilioSimulator({
    // The stack that the tests run in has one.
    publicUrl: "",
    account,
    ...options,
  });
  const application = await Application.start(account.authToken);
  const sdk = sdkFor(simulator);
  return {
    simulator,
    sdk,
    application,
    call: async (verbs, more = {}) => {
      const url = application.twiml("/voice", verbs);
      return (await sdk.calls.create({ to: TO, from: FROM, url, ...more })).sid;
    },
    told: (path, count) =>
      eventually(async () => {
        const told = application.at(path);
        assert.ok(told.length >= count, `${told.length} of ${count} requests to ${path}`);
        return told;
      }),
    wavOf: (sid) =>
      eventually(async () => {
        const { wavPath } = simulator.call(sid);
        assert.ok(wavPath);
        return wavPath;
      }),
    ended: (sid) =>
      eventually(async () => {
        const call = simulator.call(sid);
        if (ENDED.includes(call.status)) return call;
        throw new Error(`The call is ${call.status}: ${JSON.stringify(call.errors)}`);
      }),
    stop: async () => {
      await simulator.stop();
      await application.stop();
    },
  };
}
