import { toAppError } from "./errors";
import { createLogger, type Logger } from "./log";

/**
 * Logs what an operation failed with, by how much it is ours: what nobody foresaw and what is not configured are
 * errors, a provider's failure is a warning, and what a client did wrong is of no interest but to a debugger.
 * @param log the operation's; undefined where it failed before it had one, as for wrong settings
 */
export function logFailure(
  log: Logger | undefined,
  thrown: unknown,
  about: Record<string, unknown> = {},
): void {
  const { code } = toAppError(thrown);
  const to = log ?? createLogger();
  if (code === "internal" || code === "not_configured") to.error("failed", { ...about, error: thrown });
  else if (code.startsWith("provider")) to.warn("a provider failed", { ...about, error: thrown });
  else to.debug("refused", { ...about, code });
}
