import assert from "node:assert/strict";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { RECEIVED_WINDOW } from "../../src/calls/limits";
import { phoneNumbers } from "../../src/calls/store";
import { createCtx } from "../../src/core/ctx";
import { firestore } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import { countUse } from "../../src/core/rateLimit";
import { statusOf } from "../../src/voice/callRecord";
import { sessions } from "../../src/voice/store";
import { ask, assertDetail } from "../support/assistantApi";
import type { Answer } from "../support/http";
import { fromStack } from "../support/stackEnvironment";
import { postAsTwilio, postForm } from "../support/twilioRequests";

const newSid = () => `CA${newId().replaceAll("-", "")}`;
const freshNumber = () => `+1415${Math.floor(2_000_000 + Math.random() * 7_000_000)}`;

/** A number that this user's scenario answers. */
async function answeredNumber(scenarioId = "support"): Promise<{ number: string; userId: string }> {
  const [number, userId] = [freshNumber(), newId()];
  await phoneNumbers(firestore()).doc(number).set({ userId, scenarioId });
  return { number, userId };
}

const incoming = (to: string, callSid = newSid()) => ({
  CallSid: callSid,
  AccountSid: fromStack("TWILIO_ACCOUNT_SID"),
  From: "+14155552671",
  To: to,
  CallStatus: "ringing",
  Direction: "inbound",
});

interface Twiml {
  Response: Record<string, unknown> & {
    Say?: string;
    Hangup?: unknown;
    Connect?: {
      "@action": string;
      Stream: { "@url": string; Parameter: { "@name": string; "@value": string } };
    };
  };
}

function twimlOf(answer: Answer): Twiml["Response"] {
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/xml/);
  assert.equal(XMLValidator.validate(answer.text), true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    ignoreDeclaration: true,
  });
  return (parser.parse(answer.text) as Twiml).Response;
}

const storedSession = async (id: string) => (await sessions(firestore()).doc(id).get()).data();

describe("a call that comes in", () => {
  it("is connected with the relay, by a token for its own session", async () => {
    const { number, userId } = await answeredNumber();
    const call = incoming(number);
    const { Connect } = twimlOf(await postAsTwilio("/twilio/voice/inbound", call));
    assert.equal(Connect?.Stream["@url"], `${fromStack("RELAY_URL")}/media-stream/support`);
    assert.equal(
      Connect?.["@action"],
      `${fromStack("HOSTING_URL")}/twilio/voice/inbound?session=${call.CallSid}`,
    );
    assert.equal(Connect?.Stream.Parameter["@name"], "token");
    assert.ok((Connect?.Stream.Parameter["@value"].length ?? 0) > 40);
    const session = await storedSession(call.CallSid);
    assert.equal(session?.userId, userId);
    assert.equal(session?.kind, "phone");
    assert.equal(session?.call?.direction, "inbound");
    assert.ok(session?.call && statusOf(session.call) === "in-progress");
  });

  it("is told politely, too, where the number's document is not as it must be, or the number is none", async () => {
    const number = freshNumber();
    await firestore()
      .doc(`phoneNumbers/${number}`)
      .set({ userId: "ann", scenarioId: "support", maxMinutes: "5" });
    for (const To of [number, "", ".", "__x__", "a/b", "client:ann"]) {
      const response = twimlOf(await postAsTwilio("/twilio/voice/inbound", incoming(To)));
      assert.match(response.Say ?? "", /not in service/, To);
    }
  });

  it("too many times in a minute is told that all lines are busy", async () => {
    const { number } = await answeredNumber();
    const use = { what: "received", by: number, policy: RECEIVED_WINDOW };
    const ctx = createCtx();
    for (let count = 0; count < RECEIVED_WINDOW.limit; count += 1) await countUse(ctx, use);
    const response = twimlOf(await postAsTwilio("/twilio/voice/inbound", incoming(number)));
    assert.match(response.Say ?? "", /lines are busy/);
  });

  it("is one session, however often Twilio asks, and is not connected for ever", async () => {
    const { number } = await answeredNumber();
    const call = incoming(number);
    const tokens = new Set<unknown>();
    for (let time = 0; time < 5; time += 1) {
      const { Connect } = twimlOf(await postAsTwilio("/twilio/voice/inbound", call));
      tokens.add(Connect?.Stream.Parameter["@value"]);
    }
    assert.equal(tokens.size, 5);
    const last = twimlOf(await postAsTwilio("/twilio/voice/inbound", call));
    assert.match(last.Say ?? "", /cannot go on/);
    assert.ok("Hangup" in last);
    assert.equal((await storedSession(call.CallSid))?.endReason, "failed");
  });

  it("to a number that nothing answers is told so, politely, and leaves nothing", async () => {
    const call = incoming(freshNumber());
    const response = twimlOf(await postAsTwilio("/twilio/voice/inbound", call));
    assert.match(response.Say ?? "", /sorry, this number is not in service/);
    assert.ok("Hangup" in response);
    assert.equal(await storedSession(call.CallSid), undefined);
  });

  it("for a scenario that is gone is told the same", async () => {
    const { number } = await answeredNumber("custom_nobody_1");
    const response = twimlOf(await postAsTwilio("/twilio/voice/inbound", incoming(number)));
    assert.match(response.Say ?? "", /not in service/);
  });

  it("that has ended is hung up, without a new token", async () => {
    const { number } = await answeredNumber();
    const call = incoming(number);
    await postAsTwilio("/twilio/voice/inbound", call);
    const told = { ...call, CallStatus: "completed", SequenceNumber: "3", CallDuration: "7" };
    assert.equal((await postAsTwilio("/twilio/voice/status", told)).status, 204);
    const session = await storedSession(call.CallSid);
    assert.equal(session?.status, "ended");
    assert.equal(session?.endReason, "hangup");
    assert.equal(session?.call?.durationSeconds, 7);
    const response = twimlOf(await postAsTwilio(`/twilio/voice/inbound?session=${call.CallSid}`, call));
    assert.deepEqual(Object.keys(response), ["Hangup"]);
  });

  it("that the assistant passed on is put through to the human's number", async () => {
    const { number } = await answeredNumber();
    const call = incoming(number);
    await postAsTwilio("/twilio/voice/inbound", call);
    const ended = { status: "ended" as const, endReason: "transferred" as const, endedAt: Timestamp.now() };
    await sessions(firestore()).doc(call.CallSid).update(ended);
    const answer = await postAsTwilio(`/twilio/voice/inbound?session=${call.CallSid}`, call);
    const response = twimlOf(answer) as { Dial?: { "#text": unknown; "@callerId": string } };
    assert.match(answer.text, new RegExp(`>\\${fromStack("TRANSFER_PHONE_NUMBER")}</Dial>`));
    assert.equal(response.Dial?.["@callerId"], number);
    const path = `/twilio/voice/inbound?session=${call.CallSid}`;
    const talked = twimlOf(await postAsTwilio(path, { ...call, DialCallStatus: "completed" }));
    assert.deepEqual(Object.keys(talked), ["Hangup"]);
    const nobody = twimlOf(await postAsTwilio(path, { ...call, DialCallStatus: "no-answer" }));
    assert.match(nobody.Say ?? "", /nobody can take your call/);
  });
});

describe("a recording", () => {
  it("is known by its call, however often and in whatever order it is told of", async () => {
    const { number, userId } = await answeredNumber();
    const call = incoming(number);
    await postAsTwilio("/twilio/voice/inbound", call);
    const told = (RecordingStatus: string, more = {}) =>
      postAsTwilio("/twilio/voice/recording", { ...call, RecordingSid: "RE01", RecordingStatus, ...more });
    for (const answer of [
      await told("in-progress"),
      await told("completed", { RecordingDuration: "12", RecordingChannels: "2" }),
      await told("completed", { RecordingDuration: "12", RecordingChannels: "2" }),
      await told("in-progress"),
      await told("absent"),
      await postAsTwilio("/twilio/voice/recording", {
        ...call,
        CallSid: newSid(),
        session: call.CallSid,
        RecordingSid: "RE02",
        RecordingStatus: "completed",
      }),
    ])
      assert.equal(answer.status, 204, answer.text);
    const session = await storedSession(call.CallSid);
    assert.equal(session?.userId, userId);
    const expected = { recordingSid: "RE01", status: "completed", durationSeconds: 12, channels: 2 };
    assert.deepEqual(session?.call?.recording, expected);
  });
});

describe("what Twilio calls", () => {
  const VOICE = ["outbound", "inbound", "status", "recording", "amd"].map((name) => `/twilio/voice/${name}`);
  const PATHS = [...VOICE, "/twilio/messages"];

  for (const path of PATHS) {
    it(`${path} lets in only what Twilio has signed`, async () => {
      const { number } = await answeredNumber();
      const call = { ...incoming(number), RecordingSid: "RE1", RecordingStatus: "completed", session: "s1" };
      const refused = [
        await postForm(path, call),
        await postForm(path, call, { "X-Twilio-Signature": "" }),
        await postForm(path, call, { "X-Twilio-Signature": "bm90IGl0IGF0IGFsbCBpcyBpdA==" }),
        await postAsTwilio(path, call, { authToken: "another-token" }),
        // Signed for another address, as a request that was taken elsewhere would be.
        await postAsTwilio(path, call, { url: `https://elsewhere.example${path}` }),
        await postAsTwilio(`${path}?session=other`, call, { url: fromStack("HOSTING_URL") + path }),
      ];
      for (const answer of refused) assertDetail(answer, 403);
      assert.equal(await storedSession(call.CallSid), undefined);
    });
  }

  it("is refused where one field was changed, added or left out", async () => {
    const { number } = await answeredNumber();
    const call = incoming(number);
    const path = "/twilio/voice/inbound";
    const { headers } = await signedHeaders(path, call);
    for (const changed of [
      { ...call, To: freshNumber() },
      { ...call, Extra: "1" },
      Object.fromEntries(Object.entries(call).filter(([name]) => name !== "AccountSid")),
      `${new URLSearchParams(call)}&To=%2B14155550000`,
    ]) {
      assertDetail(await postForm(path, changed, headers), 403);
    }
    assert.equal((await postForm(path, call, headers)).status, 200);
  });

  it("takes the address from the settings, not from what the request says of itself", async () => {
    const { number } = await answeredNumber();
    const headers = { "X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "https" };
    const forged = await signedHeaders(
      "/twilio/voice/inbound",
      incoming(number),
      "https://elsewhere.example",
    );
    const answer = await postForm("/twilio/voice/inbound", incoming(number), {
      ...headers,
      ...forged.headers,
    });
    assertDetail(answer, 403);
  });

  it("answers what is malformed, unknown or too large in the family's shape", async () => {
    assertDetail(await postAsTwilio("/twilio/voice/status", { CallSid: newSid() }), 422, "CallStatus");
    assertDetail(await postAsTwilio("/twilio/voice/inbound", { CallSid: "CA1", To: "+1" }), 422, "CallSid");
    assertDetail(
      await postAsTwilio("/twilio/voice/status", { CallSid: newSid(), CallStatus: "ringing" }),
      404,
    );
    assertDetail(await postForm("/twilio/voice/status", `A=${"a".repeat(70_000)}`), 413);
    assertDetail(await ask("GET", "/twilio/voice/inbound"), 405);
  });
});

async function signedHeaders(
  path: string,
  fields: Record<string, string>,
  origin = fromStack("HOSTING_URL"),
) {
  const { signatureOf } = await import("../../src/providers/twilioSignature.js");
  const signature = signatureOf(fromStack("TWILIO_AUTH_TOKEN"), { url: origin + path, fields });
  return { headers: { "X-Twilio-Signature": signature } };
}
