import { isDeepStrictEqual } from "node:util";
import { onDocumentDeleted, onDocumentUpdated, onDocumentWritten } from "firebase-functions/firestore";
import { onSchedule } from "firebase-functions/scheduler";
import { onTaskDispatched } from "firebase-functions/tasks";
import { type Ctx, createCtx } from "../core/ctx";
import { REGION } from "./region";
import { bindSecrets, type SecretName } from "./secrets";

// Delivery is at least once and unordered, and a failure is delivered again: what these run must be idempotent.

/** Runs `work` each minute, on one instance at a time. A run that fails is left to the next minute. */
export function everyMinute(work: (ctx: Ctx) => Promise<unknown>, secrets: readonly SecretName[] = []) {
  return onSchedule(
    {
      schedule: "every 1 minutes",
      region: REGION,
      maxInstances: 1,
      timeoutSeconds: 300,
      secrets: bindSecrets(secrets),
    },
    async () => {
      await observed(work, {});
    },
  );
}

/**
 * Runs `work` for each task that is handed over to this function; one that fails is given again, three times in all.
 * @param aSecond how many are begun a second at most; those that come faster wait
 */
export function onTask<Data>(
  work: (ctx: Ctx, data: Data) => Promise<unknown>,
  aSecond: number,
  secrets: readonly SecretName[] = [],
) {
  return onTaskDispatched<Data>(
    {
      region: REGION,
      retryConfig: { maxAttempts: 3, minBackoffSeconds: 30 },
      rateLimits: { maxConcurrentDispatches: 50, maxDispatchesPerSecond: aSecond },
      secrets: bindSecrets(secrets),
    },
    async ({ data }) => {
      await observed((ctx) => work(ctx, data), {});
    },
  );
}

/** Runs `work` for a document that `matches` since this update and did not before. */
export function onBecoming<Params extends { [name: string]: string }>(
  document: string,
  matches: (data: Record<string, unknown>) => boolean,
  work: (ctx: Ctx, params: Params) => Promise<unknown>,
) {
  return onDocumentUpdated({ document, region: REGION, retry: true }, async (event) => {
    const { before, after } = event.data ?? {};
    if (!before || !after || matches(before.data()) || !matches(after.data())) return;
    await observed((ctx) => work(ctx, event.params as unknown as Params), event.params);
  });
}

/** Runs `work` for a document of which a field is there and was another before, or none. */
export function onChange<Params extends { [name: string]: string }>(
  document: string,
  field: string,
  work: (ctx: Ctx, params: Params) => Promise<unknown>,
  secrets: readonly SecretName[] = [],
) {
  return onWritten<Params>(
    document,
    (is, was) => is[field] !== undefined && !isDeepStrictEqual(is[field], was[field]),
    work,
    secrets,
  );
}

/** Runs `work` for a document that is there and was written, where what it was and what it is now `matters`. */
export function onWritten<Params extends { [name: string]: string }>(
  document: string,
  matters: (is: Record<string, unknown>, was: Record<string, unknown>) => boolean,
  work: (ctx: Ctx, params: Params, is: Record<string, unknown>) => Promise<unknown>,
  secrets: readonly SecretName[] = [],
) {
  const options = { document, region: REGION, retry: true, secrets: bindSecrets(secrets) };
  return onDocumentWritten(options, async (event) => {
    const is = event.data?.after?.data();
    if (!is || !matters(is, event.data?.before?.data() ?? {})) return;
    await observed((ctx) => work(ctx, event.params as unknown as Params, is), event.params);
  });
}

/**
 * Runs `work` for a document that was changed or deleted so that `concerns` holds.
 * @param concerns is given what it was before, and what it is now: undefined where it was deleted
 * @param work is given it as it was last
 */
export function onLeaving(
  document: string,
  concerns: (was: Record<string, unknown>, now: Record<string, unknown> | undefined) => boolean,
  work: (ctx: Ctx, last: Record<string, unknown>) => Promise<unknown>,
  secrets: readonly SecretName[] = [],
) {
  const options = { document, region: REGION, retry: true, secrets: bindSecrets(secrets) };
  return onDocumentWritten(options, async (event) => {
    const was = event.data?.before?.data();
    const now = event.data?.after?.data();
    if (!was || !concerns(was, now)) return;
    await observed((ctx) => work(ctx, now ?? was), event.params);
  });
}

/** Runs `work` for a document that was deleted. */
export function onDeleted<Params extends { [name: string]: string }>(
  document: string,
  work: (ctx: Ctx, params: Params, was: Record<string, unknown>) => Promise<unknown>,
  secrets: readonly SecretName[] = [],
) {
  const options = { document, region: REGION, retry: true, secrets: bindSecrets(secrets) };
  return onDocumentDeleted(options, async (event) => {
    const was = event.data?.data() ?? {};
    await observed((ctx) => work(ctx, event.params as unknown as Params, was), event.params);
  });
}

async function observed(work: (ctx: Ctx) => Promise<unknown>, about: object): Promise<void> {
  const ctx = createCtx();
  try {
    await work(ctx);
  } catch (error) {
    ctx.log.error("a background function failed", { ...about, error });
    throw error;
  }
}
