import type { ZodType } from "zod";
import type { Ctx } from "../core/ctx";
import { AppError, type ErrorCode } from "../core/errors";
import type { SecretName } from "./secrets";

/**
 * How a caller must prove who they are. `token`: a valid Firebase ID token. `fresh`: also not revoked and the user not
 * disabled, which costs a round trip to Firebase Auth; for whatever gives out a session, a call or a key. `signature`: a
 * provider's, over what it posts, or a secret that it sends along. `none`: open.
 */
export type AuthMode = "none" | "signature" | "token" | "fresh";

/** What an operation tells of itself, whichever way it answers. */
export interface OperationDeclaration<Input = unknown> {
  /** One line for the API description. */
  summary: string;
  auth: AuthMode;
  /** Of `signature`: which provider posts; Twilio where it is left out. */
  provider?: "twilio" | "vapi";
  /** What `run` needs; bound to the functions that serve it and to no others. */
  secrets?: readonly SecretName[];
  /** For how long it may run, where the platform's 60 s are too short. */
  timeoutSeconds?: number;
  /** A request that comes again with its `Idempotency-Key` is known as the same: `ctx.idempotencyKey`. */
  takesIdempotencyKey?: boolean;
  /** Open even where App Check is enforced. */
  skipsAppCheck?: boolean;
  /** How `run` can fail, for the API description. */
  errors?: readonly ErrorCode[];
  input: ZodType<Input>;
}

/** One operation of the backend, free of transport: HTTPS and callable bindings are made from it. */
export interface Operation<Input = unknown, Output = unknown> extends OperationDeclaration<Input> {
  output: ZodType<Output>;
  run(ctx: Ctx, input: Input): Promise<Output>;
}

/**
 * An operation that answers in chunks, those that come together together. What it throws before its first chunk is an
 * ordinary error; `signal` tells it that nobody listens any more.
 */
export interface StreamingOperation<Input = unknown, Chunk = unknown> extends OperationDeclaration<Input> {
  /** What a chunk is, or the value of one that is `JsonText`. */
  chunk: ZodType;
  run(ctx: Ctx, input: Input, signal: AbortSignal): AsyncGenerator<readonly Chunk[], void>;
}

/** Declares an operation; the types of `run` follow from the schemas. */
export function operation<Input, Output>(declared: Operation<Input, Output>): Operation<Input, Output> {
  return declared;
}

/** Declares a streaming operation; the types of `run` follow from the schemas. */
export function streamingOperation<Input, Chunk>(
  declared: StreamingOperation<Input, Chunk>,
): StreamingOperation<Input, Chunk> {
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
  return outputSchema.parse(await run(ctx, parseInput(inputSchema, sent)));
}

/** What a client sent, parsed strictly. @throws AppError invalid_argument naming the first field that is wrong */
export function parseInput<Input>(schema: ZodType<Input>, sent: unknown): Input {
  const parsed = schema.safeParse(sent);
  if (parsed.success) return parsed.data;
  throw invalidInput(parsed.error.issues[0]);
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
