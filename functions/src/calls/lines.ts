import type { Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { type PhoneNumberDoc, phoneNumbers } from "./store";

const E164 = /^\+[1-9]\d{6,14}$/;

/** What answers a number of the account's. 1 read. @throws ZodError for a document that is not as it must be */
export async function lineOf(ctx: Ctx, number: string): Promise<PhoneNumberDoc | undefined> {
  if (!E164.test(number)) return undefined;
  return (await phoneNumbers(ctx.db).doc(number).get()).data();
}

/** Two assistants would talk to each other. 1 read of `tx`. @throws AppError invalid_argument for a number that we answer */
export async function assertNobodysLine(ctx: Ctx, tx: Transaction, number: string): Promise<void> {
  const line = await tx.get(phoneNumbers(ctx.db).withConverter(null).doc(number));
  if (!line.exists) return;
  throw new AppError("invalid_argument", "phone_number: is one that is answered here", {
    details: { field: "phone_number" },
  });
}
