import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { https, route } from "../../src/endpoint/https";
import type { Operation } from "../../src/endpoint/operation";
import { vapiStartHttp } from "../../src/vapi/endpoints";
import { ownDatabase } from "../../test/support/countedFirestore";
import { answerCalls } from "../worker";
import { measurable, type VapiServerApi } from "./measurable";

// The function as it is deployed, but on a database of its own: on the default one each write starts background functions,
// which here compete for the same processor.
const { declaration } = vapiStartHttp;
const starting = declaration.routes.POST?.operation as Operation;
const db = ownDatabase();
const onOwnDatabase: Operation = { ...starting, run: (ctx, input) => starting.run({ ...ctx, db }, input) };
const start = https({ ...declaration, routes: { POST: route(onOwnDatabase) } });

// Behind the body parser that the deployed runtime puts before it.
answerCalls<VapiServerApi>({
  ...measurable,
  async listen() {
    const verify = (request: object, _response: unknown, rawBody: Buffer) =>
      Object.assign(request, { rawBody });
    const app = express();
    app.use(express.raw({ type: "*/*", verify }));
    app.post("/{*path}", (request, response) => void start(request as never, response as never));
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}${declaration.path}`;
  },
});
