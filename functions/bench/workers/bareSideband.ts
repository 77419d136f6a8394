import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import WebSocket from "ws";
import { answerCalls } from "../worker";
import { measurable, type RelayApi } from "./measurable";

const MAX_EVENT_BYTES = 16 * 1_024 * 1_024;
const held: WebSocket[] = [];

// The least that can hold a call: a socket to the model with the options of `src/providers/openAiRealtime.ts`, of which
// nothing is recorded. Asked to take calls up as ours is, without a proof.
answerCalls<RelayApi>({
  ...measurable,
  async listen({ upstreamUrl }) {
    const http = createServer((request, response) => {
      const socket = new WebSocket(`${upstreamUrl}?call_id=${request.url?.split("/").at(-1)}`, {
        maxPayload: MAX_EVENT_BYTES,
        perMessageDeflate: false,
      });
      held.push(socket);
      socket.on("error", () => socket.terminate());
      socket.once("open", () => socket.send('{"type":"session.update","session":{"type":"realtime"}}'));
      socket.once("message", () => response.writeHead(204).end());
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
  },
});
