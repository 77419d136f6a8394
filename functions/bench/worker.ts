import { fork } from "node:child_process";
import path from "node:path";

// Processes of their own, so that one thing's CPU time and memory are not another's. They are spoken to over IPC.

type Handlers = Record<string, (input: never) => unknown>;
type Answer<Api extends Handlers, Name extends keyof Api> = Awaited<ReturnType<Api[Name]>>;
interface Request {
  id: number;
  name: string;
  input: unknown;
}
type Response = { id: number; output: unknown } | { id: number; error: string };

/** A running worker. */
export interface Worker<Api extends Handlers> {
  call<Name extends keyof Api & string>(
    name: Name,
    input: Parameters<Api[Name]>[0],
  ): Promise<Answer<Api, Name>>;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts `bench/workers/<name>`.
 * @param options.env on top of this process's
 * @param options.nodeFlags on top of what lets it collect its garbage
 */
export function startWorker<Api extends Handlers>(
  name: string,
  { env = {}, nodeFlags = [] }: { env?: Record<string, string>; nodeFlags?: string[] } = {},
): Worker<Api> {
  const child = fork(path.join(__dirname, "workers", name), {
    execArgv: ["--expose-gc", ...nodeFlags],
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  let calls = 0;
  const exited = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      for (const { reject } of waiting.values()) reject(new Error(`${name} ended: ${signal ?? code}`));
      waiting.clear();
      resolve();
    });
  });
  child.on("message", (response: Response) => {
    const call = waiting.get(response.id);
    waiting.delete(response.id);
    if ("error" in response) call?.reject(new Error(`${name}: ${response.error}`));
    else call?.resolve(response.output as never);
  });
  return {
    call(callee, input) {
      calls += 1;
      const call = promiseWithResolvers<never>();
      waiting.set(calls, call);
      child.send({ id: calls, name: callee, input } satisfies Request);
      return call.promise;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** What a worker does when it is called; its process ends with the one that started it. */
export function answerCalls<Api extends Handlers>(handlers: Api): void {
  process.on("message", async ({ id, name, input }: Request) => {
    try {
      process.send?.({ id, output: await handlers[name]?.(input as never) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.on("disconnect", () => process.exit());
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function promiseWithResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
