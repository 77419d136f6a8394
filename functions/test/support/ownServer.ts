import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

export interface OwnServer {
  url: string;
  /** What it has printed so far. */
  printed(): string;
  stop(): void;
}

/**
 * A fresh process that serves one function, as a new instance does, with these settings changed.
 * @param settings `undefined` takes a setting away
 */
export async function ownServer(
  functionName: string,
  settings: Record<string, string | undefined> = {},
): Promise<OwnServer> {
  const env = { ...process.env, FUNCTION_TARGET: functionName, ...settings };
  const child = fork(path.join(__dirname, "serveFunction.js"), { env, silent: true });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      printed += chunk;
    });
  }
  const [port] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => Promise.reject(new Error(`it did not start: ${printed}`))),
  ])) as [number];
  return { url: `http://127.0.0.1:${port}`, printed: () => printed, stop: () => void child.kill() };
}
