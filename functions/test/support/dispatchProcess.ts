import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { DispatchOrder, DispatchReport } from "./dispatcher";
import type { DispatchWorld } from "./dispatchWorld";

/** An instance of the dispatcher: a process of its own. */
export interface DispatchProcess {
  /** Has it take tasks, and sweep as long. @throws Error where it ends before it is done */
  dispatch(order: DispatchOrder): Promise<DispatchReport>;
  /** Ends it at once, whatever it does; resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a dispatcher in this world, and waits until it is connected.
 * @param settings on top of the world's
 */
export async function startDispatcher(
  { db, settings }: Pick<DispatchWorld, "db" | "settings">,
  more: Record<string, string> = {},
): Promise<DispatchProcess> {
  const env = { ...process.env, ...settings, DISPATCH_DATABASE: db.databaseId, ...more };
  const child = fork(path.join(__dirname, "dispatcher.js"), {
    env,
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  await answerOf(child, exited);
  return {
    dispatch: (order) => {
      child.send(order);
      return answerOf(child, exited) as Promise<DispatchReport>;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function answerOf(child: ChildProcess, exited: Promise<unknown>): Promise<unknown> {
  const gone = exited.then(() => Promise.reject(new Error("The dispatcher has ended.")));
  const [answer] = (await Promise.race([once(child, "message"), gone])) as [unknown];
  return answer;
}
