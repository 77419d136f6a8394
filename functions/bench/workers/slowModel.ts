import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fromStack } from "../../test/support/stackEnvironment";
import { answerCalls } from "../worker";

const api = {
  /**
   * Serves the stack's model simulator as if it were as far away and as busy as the real one: whatever is asked is passed
   * on, and answered or refused so much later.
   * @returns the URL for `OPENAI_BASE_URL`
   */
  async listen({ delayMs }: { delayMs: number }): Promise<string> {
    const server = createServer((request, response) => {
      passOn(request, response, delayMs).catch((error: unknown) => {
        console.error("bench model:", error);
        response.destroy();
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
};
export type SlowModelApi = typeof api;

async function passOn(request: IncomingMessage, response: ServerResponse, delayMs: number): Promise<void> {
  const asked = await buffer(request);
  const [answer] = await Promise.all([
    fetch(fromStack("OPENAI_BASE_URL") + request.url, {
      method: request.method ?? "POST",
      headers: { Authorization: request.headers.authorization ?? "", "Content-Type": "application/json" },
      body: new Uint8Array(asked),
    }),
    delay(delayMs),
  ]);
  const body = Buffer.from(await answer.arrayBuffer());
  response.writeHead(answer.status, { "Content-Type": "application/json" }).end(body);
}

answerCalls(api);
