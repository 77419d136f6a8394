import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { onRequest } from "firebase-functions/https";
import { authenticate, bearerToken } from "../../src/core/idToken";
import { answerCalls } from "../worker";
import { measurable, type VapiServerApi } from "./measurable";

// The floor: a function that asks who calls, as whatever gives out a session must, and answers with the settings. Nothing is
// limited, stored or checked with Vapi.
const bare = onRequest(async (request, response) => {
  const { uid } = await authenticate(bearerToken(request.header("Authorization")), true);
  const { VAPI_PUBLIC_API_KEY: apiKey, VAPI_ASSISTANT_ID: assistantId } = process.env;
  const patientContext = { id: uid, validatedAt: new Date().toISOString() };
  response.json({ success: true, data: { apiKey, assistantId, patientContext } });
});

answerCalls<VapiServerApi>({
  ...measurable,
  async listen() {
    const app = express();
    app.use(express.json());
    app.post("/{*path}", (request, response) => void bare(request as never, response as never));
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  },
});
