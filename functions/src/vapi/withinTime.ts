/**
 * The outcome of `work`, or where it takes longer than `ms` what `late` throws; `work` itself goes on.
 * @throws whatever `work` fails with in time, and what `late` gives
 */
export async function withinTime<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
    // Nobody is told of a failure that comes late.
    work.catch(() => {});
  }
}
