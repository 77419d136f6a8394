import type { Exchange } from "../exchange.js";
import { type Admission, admit } from "../handshake.js";
import { mergeSession } from "../sessionConfig.js";
import { Call } from "./call.js";
import { unknownCall } from "./callList.js";
import { checkSdp, type Offer, refuseSdp } from "./offer.js";

/** `POST /v1/realtime/calls`: connects a client and gives it the answer to its offer. */
export async function createCall(exchange: Exchange): Promise<void> {
  const { request, response, controls, calls, key } = exchange;
  const { sdp, session } = exchange.body as Offer;
  checkSdp(sdp);
  const admission = admissionOf(exchange, session);
  const { script, pace, faults, sessions } = controls;
  const call: Call = new Call({
    admission,
    ownerKey: exchange.secrets.find(key)?.ownerKey ?? key,
    script,
    pace,
    faults: faults.takeForSession(key),
    onEnd: () => calls.delete(call.id),
  });
  const answer = await call.answer(sdp).catch(() => refuseSdp("it could not be answered"));
  if (request.socket.destroyed) return call.cut();
  calls.add(call);
  sessions.add(call.session, key, () => call.view());
  const headers = { "Content-Type": "application/sdp", Location: `/v1/realtime/calls/${call.id}` };
  response.writeHead(201, headers).end(answer);
}

/** `POST /v1/realtime/calls/{id}/hangup`: ends a call of the same key. */
export function hangUpCall({ response, calls, key, pathId }: Exchange): void {
  const call = calls.find(pathId, key);
  if (!call) throw unknownCall(pathId);
  call.end();
  response.writeHead(200, { "Content-Length": 0 }).end();
}

/** What a log may show of an offer: its SDP holds the credentials of the connection. */
export function shownOffer(body: unknown): unknown {
  const { sdp, session } = body as Offer;
  return { sdp: `${sdp.length} characters`, ...(session === undefined ? {} : { session }) };
}

/** The session that the key opens, with what the form says of it. */
function admissionOf({ request, url, key, secrets }: Exchange, session: unknown): Admission {
  const admission = admit(request, url, key, secrets);
  if (admission.fatal) throw admission.fatal;
  if (session === undefined) return admission;
  const limits = { modelFixed: admission.modelFixed, voiceFixed: false, speaking: false };
  const config = mergeSession(admission.config, session, limits);
  const named = (session as { model?: unknown }).model !== undefined;
  return { ...admission, config, modelFixed: admission.modelFixed || named };
}
