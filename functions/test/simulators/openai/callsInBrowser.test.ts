import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import OpenAI from "openai";
import type { Browser } from "playwright-core";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { launchWithMicrophone } from "../../support/browser.js";
import { silence, speech } from "./sounds.js";

/** What the page has seen and heard of its call. */
interface Heard {
  transcript: string;
  events: string[];
  /** Of the track that came, by the browser's own statistics. */
  bytesReceived: number;
  codec: string;
  hasStream: boolean;
}

describe("WebRTC calls from a real browser", function () {
  this.timeout(90_000);
  let simulator: OpenAiSimulator;
  let site: Server;
  let browser: Browser;

  before(async () => {
    simulator = await startOpenAiSimulator({
      script: { turns: [{ heard: "good evening", reply: "Good evening to you, and welcome." }] },
    });
    // A page of another origin than the API's, as every page is.
    site = createServer((_, response) => {
      response.writeHead(200, { "Content-Type": "text/html" }).end("<title>A call</title>");
    });
    site.listen(0, "127.0.0.1");
    await once(site, "listening");
    browser = await launchWithMicrophone(Buffer.concat([silence(1_500), speech(), silence(1_500)]));
  });
  after(async () => {
    await browser?.close();
    site.close();
    await simulator.stop();
  });

  it("are made with an ephemeral key across origins, heard by the model and heard by the page", async () => {
    const openai = new OpenAI({ apiKey: "sk-browser-server", baseURL: simulator.url, maxRetries: 0 });
    const transcription = { model: "gpt-4o-mini-transcribe" };
    const secret = await openai.realtime.clientSecrets.create({
      session: { type: "realtime", model: "gpt-realtime-2.1", audio: { input: { transcription } } },
    });
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    const target = JSON.stringify({ url: `${simulator.url}/realtime/calls`, key: secret.value });
    const heard = (await page.evaluate(`(${CALL_IN_PAGE})(${target})`)) as Heard;
    assert.equal(heard.transcript, "good evening");
    assert.ok(heard.bytesReceived > 0 && heard.hasStream);
    assert.equal(heard.codec, "audio/PCMU");
    for (const type of ["session.created", "output_audio_buffer.started", "response.done"]) {
      assert.ok(heard.events.includes(type), `${type} is not among ${heard.events}`);
    }
    const [view] = simulator.sessions();
    assert.ok(view && view.audioReceivedMs > 1_000 && view.audioSentMs > 0);
    // The page closes its connection when it has heard enough.
    for (let tries = 0; simulator.sessions()[0]?.open; tries += 1) {
      assert.ok(tries < 200, "the call goes on");
      await page.waitForTimeout(50);
    }
  });
});

/** Runs in the page, so it is text: the compiler knows no browser. */
const CALL_IN_PAGE = `async ({ url, key }) => {
  const connection = new RTCPeerConnection();
  const heard = { transcript: "", events: [], bytesReceived: 0, codec: "", hasStream: false };
  connection.ontrack = ({ streams }) => {
    heard.hasStream = streams.length > 0;
    const speaker = document.createElement("audio");
    speaker.autoplay = true;
    speaker.srcObject = streams[0];
  };
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const microphone = await navigator.mediaDevices.getUserMedia({ audio });
  connection.addTrack(microphone.getTracks()[0], microphone);
  const channel = connection.createDataChannel("oai-events");
  const answered = new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      heard.events.push(event.type);
      if (event.type.endsWith("input_audio_transcription.completed")) heard.transcript ||= event.transcript;
      if (event.type === "output_audio_buffer.stopped" || event.type === "output_audio_buffer.cleared") resolve();
    };
  });
  await connection.setLocalDescription(await connection.createOffer());
  const response = await fetch(url, {
    method: "POST",
    headers: { Authorization: "Bearer " + key, "Content-Type": "application/sdp" },
    body: connection.localDescription.sdp,
  });
  if (!response.headers.get("Location")) throw new Error("no Location for the page");
  await connection.setRemoteDescription({ type: "answer", sdp: await response.text() });
  await answered;
  const stats = [...(await connection.getStats()).values()];
  const inbound = stats.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
  heard.bytesReceived = inbound?.bytesReceived ?? 0;
  heard.codec = stats.find(({ id }) => id === inbound?.codecId)?.mimeType ?? "";
  connection.close();
  return heard;
}`;
