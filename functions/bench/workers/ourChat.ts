import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { chatHttp } from "../../src/chat/endpoints";
import { answerCalls } from "../worker";
import { type ChatServerApi, measurable } from "./measurable";

// The function behind the body parser that the deployed runtime puts before it.
answerCalls<ChatServerApi>({
  ...measurable,
  async listen() {
    const verify = (request: object, _response: unknown, rawBody: Buffer) =>
      Object.assign(request, { rawBody });
    const app = express();
    app.use(express.raw({ type: "*/*", verify }));
    app.post("/{*path}", (request, response) => void chatHttp(request as never, response as never));
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/chat`;
  },
});
