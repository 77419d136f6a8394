import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A task as it was handed over. */
export interface HandedOver {
  id: string;
  at: Date;
  data: unknown;
}

/** A queue that keeps what is handed over to it, and delivers nothing. */
export interface TaskQueue {
  readonly tasks: readonly HandedOver[];
  /** The ids of those that were refused: too far ahead. */
  readonly refused: readonly string[];
  /** What is waited for before the next task is answered. */
  beforeNextAnswer(work: () => Promise<unknown>): void;
  stop(): Promise<void>;
}

/** https://docs.cloud.google.com/tasks/docs/quotas: the maximum schedule time of a task. */
const MOST_AHEAD_MS = 30 * 24 * 60 * 60 * 1_000;
const ADDRESS = "CLOUD_TASKS_EMULATOR_HOST";

interface SentTask {
  name: string;
  scheduleTime: string;
  httpRequest: { body: string };
}

/**
 * Cloud Tasks as this process hands tasks over to it, until it is stopped. The emulator's takes a task at any time, and runs it
 * at once; this one keeps to the limit and the names that Google's does.
 * @param now its clock
 */
export async function startTaskQueue(now: () => Date): Promise<TaskQueue> {
  const tasks: HandedOver[] = [];
  const refused: string[] = [];
  let waitFor: (() => Promise<unknown>) | undefined;
  const create = ({ name, scheduleTime, httpRequest }: SentTask): number => {
    const id = name.slice(name.lastIndexOf("/") + 1);
    const at = new Date(scheduleTime);
    if (at.getTime() - now().getTime() > MOST_AHEAD_MS) {
      refused.push(id);
      return 400;
    }
    if (tasks.some((task) => task.id === id)) return 409;
    tasks.push({ id, at, data: JSON.parse(Buffer.from(httpRequest.body, "base64").toString()) });
    return 200;
  };
  const server = createServer(async (request, response) => {
    const status = create((await read(request)).task);
    const work = waitFor;
    waitFor = undefined;
    await work?.();
    response.writeHead(status, { "Content-Type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const before = process.env[ADDRESS];
  process.env[ADDRESS] = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    tasks,
    refused,
    beforeNextAnswer: (work) => {
      waitFor = work;
    },
    stop: () => {
      if (before === undefined) delete process.env[ADDRESS];
      else process.env[ADDRESS] = before;
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function read(request: IncomingMessage): Promise<{ task: SentTask }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}
