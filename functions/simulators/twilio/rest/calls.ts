import { Call } from "../call/call.js";
import { finish } from "../call/lifecycle.js";
import { runCall } from "../call/runCall.js";
import { readCallForm, readSource } from "./callForm.js";
import { callResource } from "./callResource.js";
import type { Answer, RestRequest } from "./endpoint.js";
import { isWanted, isWithin } from "./filters.js";
import { wordOf } from "./form.js";
import { pageOf } from "./paging.js";
import { RestRefusal } from "./refusal.js";

/** https://www.twilio.com/docs/voice/api/call-resource#create-a-call */
export function createCall({ world, form, apiUrl }: RestRequest): Answer {
  const request = readCallForm(form, world.account);
  const script = world.scripts.for(request.to);
  const call = new Call({
    request,
    script,
    direction: "outbound-api",
    accountSid: world.account.sid,
    apiUrl,
  });
  runCall(world, call);
  return { status: 201, body: callResource(call) };
}

/** Newest first. */
export function listCalls({ world, query, path }: RestRequest): Answer {
  const found = world.calls
    .all()
    .reverse()
    .map((call) => ({ call, resource: callResource(call) }))
    .filter(({ call, resource }) => {
      if (!isWanted(query, "To", resource.to) || !isWanted(query, "From", resource.from)) return false;
      if (!isWanted(query, "Status", resource.status)) return false;
      if (!isWanted(query, "ParentCallSid", resource.parent_call_sid ?? "")) return false;
      if (!isWithin(query, "StartTime", call.dialledAt ?? call.answeredAt)) return false;
      return isWithin(query, "EndTime", call.endedAt);
    });
  const resources = found.map(({ resource }) => resource);
  return { status: 200, body: pageOf("calls", resources, path, query) };
}

export function fetchCall(request: RestRequest): Answer {
  return { status: 200, body: callResource(callOf(request)) };
}

/** Hangs up, or runs other TwiML: https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource */
export function updateCall(request: RestRequest): Answer {
  const { world, form } = request;
  const call = callOf(request);
  const status = wordOf(form, "Status", ["canceled", "completed"]);
  const source = readSource(form);
  if (call.over.aborted) throw new RestRefusal(21220);
  if (status) {
    const isAnswered = call.answeredAt !== undefined;
    if (!isAnswered) finish(world, call, "canceled");
    else if (status === "completed") finish(world, call, "completed");
  } else if (source) {
    if (call.status !== "in-progress") throw new RestRefusal(21220);
    call.redirect(source);
  }
  return { status: 200, body: callResource(call) };
}

export function deleteCall(request: RestRequest): Answer {
  const call = callOf(request);
  if (!call.over.aborted) throw new RestRefusal(20009);
  request.world.calls.delete(call);
  return { status: 204 };
}

/** The call that a path names. @throws RestRefusal */
export function callOf({ world, sids: [sid = ""], path }: RestRequest): Call {
  const call = world.calls.get(sid);
  if (!call) throw new RestRefusal(20404, path);
  return call;
}
