import { z } from "zod";
import { MAX_EMAIL_CHARACTERS, MAX_PASSWORD_CHARACTERS } from "./limits";
import { passwordProblem } from "./password";

/** Normalised as Firebase Auth stores it: without blanks around it, in lower case. */
const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(MAX_EMAIL_CHARACTERS)
  .pipe(z.email({ error: "must be an e-mail address" }));

export const registerInput = z
  .strictObject({ email, password: z.string() })
  .superRefine(({ email: address, password }, issues) => {
    const message = passwordProblem(password, address);
    if (message) issues.addIssue({ code: "custom", path: ["password"], message });
  });
export type RegisterInput = z.output<typeof registerInput>;

export const loginInput = z.strictObject({
  email,
  // Whatever was once allowed: only as long as it must not be for any.
  password: z
    .string()
    .min(1)
    .max(4 * MAX_PASSWORD_CHARACTERS),
});
export type LoginInput = z.output<typeof loginInput>;

export const refreshInput = z.strictObject({ refresh_token: z.string().min(1).max(8_192) });
export type RefreshInput = z.output<typeof refreshInput>;

export const registered = z.object({
  id: z.string().meta({ description: "The Firebase uid." }),
  email: z.string(),
  is_active: z.boolean(),
});
export type Registered = z.output<typeof registered>;

export const user = registered
  .extend({ email: z.string().nullable(), is_admin: z.boolean() })
  .meta({ id: "User" });
export type User = z.output<typeof user>;

export const tokens = z.object({
  access_token: z.string().meta({ description: "A Firebase ID token." }),
  refresh_token: z.string(),
  token_type: z.literal("bearer"),
  expires_in: z.number().int().meta({ description: "Seconds until the access token expires." }),
});
export type Tokens = z.output<typeof tokens>;

export const loginOutput = tokens.extend({ user });
export type LoginOutput = z.output<typeof loginOutput>;
