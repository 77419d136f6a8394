import type { ZodType } from "zod";

/**
 * Shows a page as its items, with where the next one begins in `X-Next-Cursor`.
 * @param itemsOf the items of the operation's output
 * @param item the schema of one
 */
export function paged<Output extends { nextCursor?: string }>(
  itemsOf: (output: Output) => unknown[],
  item: ZodType,
) {
  return {
    present: (output: Output) => ({
      body: itemsOf(output),
      ...(output.nextCursor === undefined ? {} : { headers: { "X-Next-Cursor": output.nextCursor } }),
    }),
    presented: item.array(),
    presentedHeaders: ["X-Next-Cursor"] as const,
  };
}
