import { z } from "zod";

/** Whose a request is, as far as it can be told; for the log, and for faults that are meant for one alone. */
export interface Caller {
  clientId: string | null;
  /** The Google account's address. */
  account: string | null;
}

/** Which callers are meant: all, where nothing is named. */
export const whoseSchema = z.strictObject({
  clientId: z.string().optional(),
  account: z.string().optional(),
});

export type Whose = z.infer<typeof whoseSchema>;

export function isOf(caller: Caller, whose: Whose): boolean {
  const { clientId, account } = whose;
  return (
    (clientId === undefined || clientId === caller.clientId) &&
    (account === undefined || account === caller.account)
  );
}
