import type { AddressInfo } from "node:net";
import express from "express";

// Run as a process of its own: serves the function that FUNCTION_TARGET names as the deployed runtime does, with its
// body parsers before any code of ours, and tells its parent the port.
// https://github.com/GoogleCloudPlatform/functions-framework-nodejs/blob/main/src/server.ts

type Handler = (request: express.Request, response: express.Response) => unknown;

const target = process.env.FUNCTION_TARGET ?? "";
const functions = require("../../src/index") as Record<string, Handler>;
const limit = "1024mb";
const verify = (request: object, _response: unknown, bytes: Buffer) =>
  Object.assign(request, { rawBody: bytes });

const app = express();
app.use(express.json({ limit, verify }));
app.use(express.text({ limit, verify }));
app.use(express.urlencoded({ limit, verify, extended: true }));
app.use(express.raw({ limit, verify, type: "*/*" }));
app.all("/{*path}", (request, response) => functions[target]?.(request, response));

const server = app.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
// A test that is over takes its server with it.
process.on("disconnect", () => process.exit());
