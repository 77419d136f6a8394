import assert from "node:assert/strict";
import { type Bench, startBench } from "./bench.js";

describe("TwiML in a simulated call", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench({ script: { ringMs: 5, sayMs: 5, dial: { ms: 5 } } });
  });
  afterEach(() => bench.stop());

  const verbsOf = async (sid: string) => (await bench.ended(sid)).verbs.map(({ verb }) => verb);
  const errorsOf = async (sid: string) => (await bench.ended(sid)).errors.map(({ code }) => code);

  const INVALID: [what: string, code: number, verbs: string][] = [
    ["XML that is not well-formed", 12100, "<Say>Hello</Sai>"],
    ["an ampersand that is not escaped", 12100, "<Say>you & me</Say>"],
    ["a verb that there is not", 12200, "<Sing>Hello</Sing>"],
    ["a verb in the wrong case", 12200, "<say>Hello</say>"],
    ["an attribute that there is not", 12200, '<Say tempo="fast">Hello</Say>'],
    ["a noun without its verb", 12200, '<Stream url="ws://127.0.0.1/"/>'],
    ["a stream without an address", 12200, "<Connect><Stream/></Connect>"],
    ["a Connect that connects nothing", 12200, "<Connect/>"],
    ["text between verbs", 12200, "Hello"],
    ["a pause of no number", 12200, '<Pause length="long"/>'],
    ["a parameter that is too long", 12200, parameterOf("x".repeat(500))],
    ["a verb that is not simulated", 12200, "<Gather/>"],
    [
      "a stream of the wrong track",
      31941,
      '<Connect><Stream url="ws://127.0.0.1/" track="both_tracks"/></Connect>',
    ],
  ];
  for (const [what, code, verbs] of INVALID) {
    it(`ends the call at ${what}, with ${code}`, async () => {
      const sid = await bench.call(verbs);
      assert.deepEqual(await errorsOf(sid), [code]);
      assert.deepEqual(await verbsOf(sid), []);
    });
  }

  const UNOPENED: [what: string, code: number, url: string][] = [
    ["a query", 31920, "ws://127.0.0.1:9/media?token=1"],
    ["another scheme", 31922, "https://127.0.0.1:9/media"],
    ["no server behind it", 31920, "ws://127.0.0.1:9/media"],
  ];
  for (const [what, code, url] of UNOPENED) {
    it(`goes on after a stream whose address has ${what}, with ${code}`, async () => {
      const sid = await bench.call(`<Connect><Stream url="${url}"/></Connect><Say>Sorry</Say>`);
      assert.deepEqual(await errorsOf(sid), [code]);
      assert.deepEqual(await verbsOf(sid), ["Connect", "Say"]);
    });
  }

  it("asks a Connect's action when a stream is refused, and does what it says", async () => {
    bench.application.twiml("/after", "<Say>Sorry</Say>");
    const refusing = `${bench.application.url.replace("http", "ws")}/elsewhere`;
    const sid = await bench.call(
      `<Connect action="/after"><Stream url="${refusing}"/></Connect><Play>no.mp3</Play>`,
    );
    assert.deepEqual(await verbsOf(sid), ["Connect", "Say"]);
    assert.deepEqual(await errorsOf(sid), [31920]);
    assert.ok(bench.application.at("/after")[0]?.isSigned);
  });

  it("asks once more after a 5xx, then ends the call with 11200", async () => {
    let count = 0;
    bench.application.replies.set("/voice", () => ({
      status: ++count === 1 ? 500 : 200,
      body: "<Response/>",
    }));
    const url = `${bench.application.url}/voice`;
    const create = async () =>
      (await bench.sdk.calls.create({ to: "+14155550100", from: "+14155550199", url })).sid;
    assert.deepEqual(await errorsOf(await create()), []);
    assert.equal(count, 2);
    const [first, second] = bench.application
      .at("/voice")
      .map(({ headers }) => headers["i-twilio-idempotency-token"]);
    assert.equal(first, second);
    bench.application.replies.set("/voice", () => ({ status: 503 }));
    assert.deepEqual(await errorsOf(await create()), [11200]);
    assert.equal(bench.application.at("/voice").length, 4);
    bench.application.replies.set("/voice", () => ({ status: 404 }));
    assert.deepEqual(await errorsOf(await create()), [11200]);
    assert.equal(bench.application.at("/voice").length, 5);
    bench.application.replies.set("/voice", () => ({ type: "application/json", body: "{}" }));
    assert.deepEqual(await errorsOf(await create()), [12300]);
  });

  it("asks the fallback address when a document cannot be had or read, telling why", async () => {
    const fallbackUrl = bench.application.twiml("/fallback", "<Say>Sorry</Say>");
    assert.deepEqual(await verbsOf(await bench.call("<Say>", { fallbackUrl })), ["Say"]);
    bench.application.replies.set("/missing", () => ({ status: 404 }));
    const url = `${bench.application.url}/missing`;
    assert.deepEqual(await errorsOf(await bench.call("", { fallbackUrl, url })), [11200]);
    const told = bench.application.at("/fallback").map(({ params }) => params.ErrorCode);
    assert.deepEqual(told, ["12100", "11200"]);
    bench.application.replies.set("/fallback", () => ({ status: 500 }));
    assert.deepEqual(await errorsOf(await bench.call("", { fallbackUrl, url })), [11200, 11200]);
  });

  it("follows redirections, and tells a Dial's action how it went", async () => {
    bench.application.twiml("/second", '<Dial action="/third">+14155550188</Dial><Say>unsaid</Say>');
    bench.application.twiml("/third", "<Hangup/><Say>unsaid</Say>");
    const sid = await bench.call("<Redirect>/second</Redirect><Say>unsaid</Say>");
    const { verbs } = await bench.ended(sid);
    assert.deepEqual(
      verbs.map(({ verb, text }) => [verb, text]),
      [
        ["Redirect", "/second"],
        ["Dial", "+14155550188"],
        ["Hangup", ""],
      ],
    );
    const { DialCallStatus, DialCallSid } = bench.application.at("/third")[0]?.params ?? {};
    assert.equal(DialCallStatus, "completed");
    // It is a call of its own.
    const legs = await bench.sdk.calls.list({ parentCallSid: sid });
    assert.deepEqual(
      legs.map((leg) => [leg.sid, leg.to, leg.direction, leg.status, leg.parentCallSid]),
      [[DialCallSid, "+14155550188", "outbound-dial", "completed", sid]],
    );
  });
});

function parameterOf(value: string): string {
  return `<Connect><Stream url="ws://127.0.0.1/"><Parameter name="a" value="${value}"/></Stream></Connect>`;
}
