import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Family } from "./api.js";
import type { Fault } from "./faults.js";
import { sendAnswer, writeAnswer } from "./sendAnswer.js";

const BAD_GATEWAY = "<!DOCTYPE html>\n<html lang=en><title>Error 502 (Server Error)!!1</title>\n";

interface Struck {
  response: ServerResponse;
  /** Does what was asked. */
  answer(): Promise<Answer>;
  family: Family;
  stopped: AbortSignal;
}

/** Answers a request as a fault says, or not at all. */
export async function failWith(fault: Fault, { response, answer, family, stopped }: Struck): Promise<void> {
  const done = fault.afterDoing ? await answer() : undefined;
  if (fault.latencyMs > 0) await sleep(fault.latencyMs, undefined, { signal: stopped }).catch(() => {});
  if (stopped.aborted || response.destroyed || fault.hang) return;
  if (fault.drop === "before") return void response.destroy();
  if (fault.drop === "midway") return cutMidway(response, done ?? (await answer()));
  if (fault.malformed) return sendMalformed(response, fault.malformed);
  const { status } = fault;
  if (status === undefined) return sendAnswer(response, done ?? (await answer()));
  sendAnswer(response, family.fail({ ...fault, status }));
}

function cutMidway(response: ServerResponse, answer: Answer): void {
  const { status, headers, body } = writeAnswer(answer);
  response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) + 1 });
  response.write(body.slice(0, body.length / 2), () => response.destroy());
}

function sendMalformed(response: ServerResponse, kind: NonNullable<Fault["malformed"]>): void {
  const isHtml = kind === "html";
  response.writeHead(200, { "Content-Type": isHtml ? "text/html" : "application/json; charset=UTF-8" });
  response.end(
    { truncated: '{"kind":"calendar#events","items":[{"id":', html: BAD_GATEWAY, empty: "" }[kind],
  );
}
