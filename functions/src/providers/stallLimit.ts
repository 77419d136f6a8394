/**
 * What `source` gives, as long as it is never silent for longer than `ms`. Only the time that the source takes counts,
 * not the time that whoever reads takes.
 * @param onStall called when it was; it must end the source, whose next value is then not awaited for ever
 */
export async function* withStallLimit<T>(
  source: AsyncIterable<T>,
  ms: number,
  onStall: () => void,
): AsyncGenerator<T, void> {
  let awaited = true;
  const timer = setTimeout(() => {
    if (awaited) onStall();
  }, ms);
  try {
    for await (const value of source) {
      awaited = false;
      yield value;
      awaited = true;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}
