import { AppError } from "../core/errors";
import type { FailureReason } from "../providers/failover";
import type { KeyFile } from "../providers/keyFile";
import type { KeyPool } from "../providers/keyPool";
import { type DialedSocket, type DialOptions, dialRealtime } from "../providers/openAiRealtime";

/** The keys of an instance, and where they are read from while it runs, if anywhere. */
export interface KeySource {
  keys: KeyPool;
  keyFile?: KeyFile;
}

/**
 * Opens a socket to the model with the first key that works. Where every key was refused, they may have been rotated:
 * they are read anew, and what is new is tried at once.
 * @throws AppError not_configured without a key, provider_unavailable where none works
 */
export async function dialModel({ keys, keyFile }: KeySource, options: DialOptions): Promise<DialedSocket> {
  const { version } = keys;
  const reasons = new Set<FailureReason>();
  try {
    return await dialRealtime(keys, {
      ...options,
      onFailure: (failure) => {
        reasons.add(failure.reason);
        options.onFailure?.(failure);
      },
    });
  } catch (error) {
    const everyKeyRefused = keys.size === 0 || (reasons.size === 1 && reasons.has("unauthorized"));
    if (options.signal.aborted || !(error instanceof AppError) || !everyKeyRefused) throw error;
    await keyFile?.refresh();
    // Another call, or the clock, may have read them while this one was being refused.
    if (keys.version === version) throw error;
    return dialRealtime(keys, options);
  }
}
