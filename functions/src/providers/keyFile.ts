import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../core/log";
import type { KeyPool } from "./keyPool";

const READ_TIMEOUT_MS = 3_000;
/** What an HTTP header can carry. */
const KEY = /^[\x21-\x7e]+$/;

/**
 * Keeps a pool's keys those of files that may change, as a mounted secret does. What is missing, unreadable or empty
 * changes nothing, so that a slip while rotating keys is no outage.
 */
export class KeyFile {
  #reading: Promise<boolean> | undefined;
  /** Why nothing could be taken from the files last time: told once, not each minute. */
  #problem: string | undefined;

  /** @param paths the pool gets the keys of all of them, in this order */
  constructor(
    private readonly paths: readonly string[],
    private readonly pool: KeyPool,
    private readonly log: Logger,
    private readonly read: (path: string) => Promise<string> = (path) => readFile(path, "utf8"),
  ) {}

  /** Reads the files. @returns whether the pool has other keys now */
  refresh(): Promise<boolean> {
    this.#reading ??= this.#refresh().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Reads them again and again. @returns how to stop */
  refreshEvery(ms: number): () => void {
    const timer = setInterval(() => void this.refresh(), ms);
    timer.unref();
    return () => clearInterval(timer);
  }

  async #refresh(): Promise<boolean> {
    const waiting = new AbortController();
    const timeout = delay(READ_TIMEOUT_MS, undefined, { signal: waiting.signal }).then(
      () => Promise.reject(new Error("timeout")),
      () => [],
    );
    try {
      const texts = await Promise.race([Promise.all(this.paths.map(this.read)), timeout]);
      const keys = texts.flatMap(parseKeys);
      if (keys.length === 0) return this.#keep("empty");
      this.#problem = undefined;
      const changed = this.pool.replace(keys);
      if (changed) this.log.info("the keys were read anew", { keys: this.pool.size });
      return changed;
    } catch (error) {
      return this.#keep(reasonOf(error));
    } finally {
      waiting.abort();
    }
  }

  #keep(problem: string): false {
    if (problem !== this.#problem) {
      this.log.warn("OPENAI_API_KEYS_FILE cannot be used; the keys stay as they are", { problem });
    }
    this.#problem = problem;
    return false;
  }
}

/** The keys of a text: one a line, or separated by commas. What cannot be a key is left out. */
export function parseKeys(text: string): string[] {
  return text
    .split(/[\r\n,]/)
    .map((key) => key.trim())
    .filter((key) => KEY.test(key));
}

/** A word, and nothing of the content. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && "code" in error) return String(error.code);
  return error instanceof Error && error.message === "timeout" ? "timeout" : "unreadable";
}
