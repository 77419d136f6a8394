import type { ZodType } from "zod";
import type { Ctx } from "../core/ctx";
import { AppError, type ErrorCode } from "../core/errors";
import type { SecretName } from "./secrets";

/**
 * How a caller must prove who they are. `token`: a valid Firebase ID token. `fresh`: also not revoked and the user not
 * disabled, which costs a round trip to Firebase Auth; for whatever gives out a session, a call or a key. `none`: open.
 */
export type AuthMode = "none" | "token" | "fresh";

/** One operation of the backend, free of transport: HTTPS and callable bindings are made from it. */
export interface Operation<Input = unknown, Output = unknown> {
  /** One line for the API description. */
  summary: string;
  auth: AuthMode;
  /** What `run` needs; bound to the functions that serve it and to no others. */
  secrets?: readonly SecretName[];
  /** How `run` can fail, for the API description. */
  errors?: readonly ErrorCode[];
  input: ZodType<Input>;
  output: ZodType<Output>;
  run(ctx: Ctx, input: Input): Promise<Output>;
}

/** Declares an operation; the types of `run` follow from the schemas. */
export function operation<Input, Output>(declared: Operation<Input, Output>): Operation<Input, Output> {
  return declared;
}

/**
 * Runs an operation on what a client sent: input parsed strictly, output held to its schema.
 * @throws AppError invalid_argument naming the first field that is wrong
 */
export async function runOperation<Input, Output>(
  { input: inputSchema, output: outputSchema, run }: Operation<Input, Output>,
  ctx: Ctx,
  sent: unknown,
): Promise<Output> {
  const parsed = inputSchema.safeParse(sent);
  if (!parsed.success) throw invalidInput(parsed.error.issues[0]);
  return outputSchema.parse(await run(ctx, parsed.data));
}

interface Issue {
  code?: string;
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

function invalidInput(issue: Issue | undefined): AppError {
  const path = (issue?.path ?? []).map((key, index) => segment(key, index)).join("");
  if (issue?.code === "unrecognized_keys") {
    const key = String(issue.keys?.[0] ?? "").slice(0, 100);
    const field = path === "" ? key : `${path}.${key}`;
    return new AppError("invalid_argument", `${field}: unknown field`, { details: { field } });
  }
  const field = path === "" ? "body" : path;
  return new AppError("invalid_argument", `${field}: ${issue?.message ?? "is invalid"}`, {
    details: { field },
  });
}

function segment(key: PropertyKey, index: number): string {
  if (typeof key === "number") return `[${key}]`;
  return index === 0 ? String(key) : `.${String(key)}`;
}
