import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express from "express";
import { authenticate, bearerToken } from "../../src/core/idToken";
import { fromStack } from "../../test/support/stackEnvironment";
import { answerCalls } from "../worker";
import { type ChatServerApi, measurable } from "./measurable";

// The baseline: the provider's body is piped through untouched, nothing is limited or counted. Who calls is asked as
// ours does: with the emulator that is a request of its own, which it is not where this is deployed.
answerCalls<ChatServerApi>({
  ...measurable,
  async listen() {
    const app = express();
    app.use(express.json());
    app.post("/{*path}", async (request, response) => {
      await authenticate(bearerToken(request.get("Authorization")), false);
      const { body } = await fetch(`${fromStack("OPENAI_BASE_URL")}/chat/completions`, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${fromStack("OPENAI_API_KEY")}`,
          "Content-Type": "application/json",
        },
        body: JSON.stringify({ messages: request.body.messages, model: "gpt-6-luna", stream: true }),
      });
      response.set("Content-Type", "text/event-stream");
      if (body) await pipeline(Readable.fromWeb(body), response).catch(() => {});
    });
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/chat`;
  },
});
