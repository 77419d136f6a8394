import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { firestore } from "../../src/core/firestore";
import type { Interview } from "../../src/interviews/schemas";
import type { Session, Transcript } from "../../src/voice/schemas";
import { turns } from "../../src/voice/store";
import { silence, speech } from "../simulators/openai/sounds";
import { type Account, account, ask } from "../support/assistantApi";
import { launchWithMicrophone } from "../support/browser";
import { eventually } from "../support/eventually";
import { resetSimulator, setSimulator, simulatedSessions } from "../support/openAiControl";
import { fromStack } from "../support/stackEnvironment";

const SCRIPT = { turns: [{ heard: "I led a team of nurses", reply: "Thank you. And then?" }] };

/** What a page has seen of its connection. */
interface Seen {
  answer: { sessionId: string; expiresAt: string };
  iceServers: number;
  transcript: string;
  bytesReceived: number;
}

describe("WebRTC in a real browser", function () {
  this.timeout(120_000);
  let browser: Browser;
  let page: Page;
  let user: Account;
  let interview: Interview;

  before(async () => {
    await setSimulator({ script: SCRIPT, pace: { firstAudioMs: 50, realTimeFactor: 20 } });
    [browser, user] = await Promise.all([
      launchWithMicrophone(Buffer.concat([silence(1_000), speech(), silence(5_000)])),
      account(),
    ]);
    const created = await ask("POST", "/api/v1/interviews", {
      token: user.accessToken,
      body: { type: "behavioral", role: "Head nurse", questions: ["Tell me of a team.", "And now?"] },
    });
    assert.equal(created.status, 201, created.text);
    interview = created.body as Interview;
    // A frontend's own rules would let it reach OpenAI, which the index page's do not.
    page = await (await browser.newContext({ bypassCSP: true })).newPage();
    await page.goto(fromStack("HOSTING_URL"));
  });
  after(async () => {
    await browser?.close();
    await resetSimulator();
  });

  const get = async <T>(path: string) => (await ask("GET", path, { token: user.accessToken })).body as T;
  const run = (code: string, given: object) =>
    page.evaluate(`(${code})(${JSON.stringify({ token: user.accessToken, ...given })})`);

  it("a call with the returned ICE servers is heard, recorded by the server, and ended by it", async () => {
    const seen = (await run(CALL, { interview_id: interview.id, question_number: 1 })) as Seen;
    assert.ok(seen.iceServers > 2);
    assert.equal(seen.transcript, SCRIPT.turns[0]?.heard);
    assert.ok(seen.bytesReceived > 0, "the model was heard");
    const { sessionId } = seen.answer;
    await eventually(async () => {
      const { docs } = await turns(firestore(), sessionId).orderBy("order").get();
      const said = docs.map((document) => document.data().content);
      assert.deepEqual(said.slice(0, 2), [SCRIPT.turns[0]?.heard, SCRIPT.turns[0]?.reply]);
    });
    assert.ok((await call())?.open);
    const ended = await ask("POST", `/api/voice/sessions/${sessionId}/end`, { token: user.accessToken });
    assert.equal(ended.status, 200, ended.text);
    assert.equal(await run(CLOSED, {}), "closed by the server");
    assert.equal((await call())?.open, false);
    await eventually(async () => {
      const transcript = await get<Transcript>(`/api/voice/sessions/${sessionId}/transcript`);
      assert.ok(transcript.complete);
      assert.ok(transcript.messages.length >= 2);
      const session = await get<Session>(`/api/voice/sessions/${sessionId}`);
      assert.deepEqual([session.kind, session.status], ["webrtc", "ended"]);
      assert.ok(Number(session.usage?.audioOut) > 0);
      const { progress } = await get<Interview>(`/api/v1/interviews/${interview.id}`);
      assert.deepEqual(
        progress.map(({ status, sessionIds }) => [status, sessionIds]),
        [
          ["completed", [sessionId]],
          ["not_started", []],
        ],
      );
    });

    /** As the model knows it. */
    async function call() {
      const known = (await simulatedSessions()).filter(({ transport }) => transport === "webrtc");
      return known.at(-1);
    }
  });

  it("an ephemeral key opens a session with the model itself", async () => {
    const seen = (await run(KEY, { interview_id: interview.id, question_number: 2 })) as Seen;
    assert.equal(seen.transcript, SCRIPT.turns[0]?.heard);
    const session = await get<Session>(`/api/voice/sessions/${seen.answer.sessionId}`);
    assert.deepEqual([session.kind, session.status], ["webrtc", "active"]);
    assert.deepEqual(session.interview, { interviewId: interview.id, questionNumber: 2 });
    const known = (await simulatedSessions()).at(-1);
    assert.match(known?.config.instructions ?? "", /And now\?/);
  });
});

/** What both pages do alike. Run in the page, so it is text: the compiler knows no browser. */
const CONNECT = `
  const api = async (method, path, body) => {
    const response = await fetch(path, {
      method,
      headers: { Authorization: "Bearer " + token, "Content-Type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(method + " " + path + " " + JSON.stringify(answer));
    return answer;
  };
  const { iceServers } = await api("GET", "/api/v1/webrtc/turn-credentials");
  const peer = new RTCPeerConnection({ iceServers });
  const seen = { iceServers: iceServers.length, transcript: "", bytesReceived: 0 };
  peer.ontrack = ({ streams }) => {
    const speaker = document.createElement("audio");
    speaker.autoplay = true;
    speaker.srcObject = streams[0];
  };
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const microphone = await navigator.mediaDevices.getUserMedia({ audio });
  peer.addTrack(microphone.getTracks()[0], microphone);
  const channel = peer.createDataChannel("oai-events");
  const answered = new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      if (event.type.endsWith("input_audio_transcription.completed")) seen.transcript ||= event.transcript;
      if (event.type === "output_audio_buffer.stopped" || event.type === "output_audio_buffer.cleared") resolve();
    };
  });
  window.callClosed = new Promise((resolve) => {
    channel.onclose = () => resolve("closed by the server");
  });
  await peer.setLocalDescription(await peer.createOffer());
  const finish = async () => {
    await answered;
    const stats = [...(await peer.getStats()).values()];
    seen.bytesReceived = stats.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio")?.bytesReceived ?? 0;
    return seen;
  };`;

const CALL = `async ({ token, ...question }) => {
  ${CONNECT}
  seen.answer = await api("POST", "/api/v1/webrtc/calls", { ...question, sdp: peer.localDescription.sdp });
  await peer.setRemoteDescription({ type: "answer", sdp: seen.answer.sdp });
  return finish();
}`;

const CLOSED = "() => window.callClosed";

const KEY = `async ({ token, ...question }) => {
  ${CONNECT}
  seen.answer = await api("POST", "/api/v1/webrtc/openai-ephemeral-key", question);
  const { sdpUrl, realtimeSession } = seen.answer;
  const response = await fetch(sdpUrl, {
    method: "POST",
    headers: { Authorization: "Bearer " + realtimeSession.client_secret.value, "Content-Type": "application/sdp" },
    body: peer.localDescription.sdp,
  });
  await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
  await finish();
  peer.close();
  return seen;
}`;
