import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Firestore } from "firebase-admin/firestore";
import { createCtx } from "../../src/core/ctx";
import { createLogger } from "../../src/core/log";
import { connectVoice } from "../../src/voice/connectVoice";
import { Probe } from "../simulators/openai/probe";

/** The relay as Cloud Run runs it: a process of its own, from the compiled code that is deployed. */
export interface RelayProcess {
  /** `ws://127.0.0.1:port` */
  url: string;
  /** Every line it has logged, parsed. */
  log: Record<string, unknown>[];
  kill(signal: NodeJS.Signals): void;
  /** Its exit code and the signal that ended it. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

const MAIN = path.join(process.cwd(), "lib/relay/main.js");

// A test that fails must not leave one running.
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a relay on a free port, with the environment of the tests and what is given on top. */
export async function startRelayProcess(env: Record<string, string> = {}): Promise<RelayProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, PORT: "0", HOST: "127.0.0.1", LOG_LEVEL: "INFO", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  const log: Record<string, unknown>[] = [];
  const port = await portOf(child, log);
  return {
    url: `ws://127.0.0.1:${port}`,
    log,
    kill: (signal) => void child.kill(signal),
    exited,
  };
}

function portOf({ stdout }: ChildProcess, log: Record<string, unknown>[]): Promise<number> {
  return new Promise((resolve, reject) => {
    if (!stdout) throw new Error("The relay's output is not piped.");
    createInterface(stdout).on("line", (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      log.push(entry);
      if (entry.message === "relay listening") resolve(Number(entry.port));
    });
    stdout.once("close", () =>
      reject(new Error(`The relay ended before it listened: ${JSON.stringify(log)}`)),
    );
  });
}

/**
 * Connects as that user.
 * @param db where the relay has its sessions, where that is not the stack's database
 * @returns the address of the session's socket at a relay of the test's own, ticket and all
 */
export async function addressOf(
  relayUrl: string,
  { sessionId, userId }: { sessionId: string; userId: string },
  db?: Firestore,
): Promise<string> {
  const real = createCtx({ caller: { uid: userId, claims: {} } });
  const ctx = { ...real, config: real.config, db: db ?? real.db, log: createLogger("ERROR") };
  const { wsUrl } = await connectVoice(ctx, { sessionId, userId });
  return `${relayUrl}/api/realtime${new URL(wsUrl).search}`;
}

/** Connects as that user and opens the session's socket at a relay of the test's own. */
export async function openSession(
  relayUrl: string,
  session: { sessionId: string; userId: string },
  db?: Firestore,
): Promise<Probe> {
  return Probe.open(await addressOf(relayUrl, session, db));
}

/** The items that the relay has told this client to be stored, in that order. */
export function savedItems(client: Probe): string[] {
  const events = client.events as unknown as { type: string; item_id: string }[];
  return events.filter(({ type }) => type === "relay.turn.saved").map(({ item_id }) => item_id);
}
