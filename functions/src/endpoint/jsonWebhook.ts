import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import type { Request, Route } from "./https";
import { type Operation, runOperation } from "./operation";
import { postedBody } from "./postedBody";

/** What a provider posted, as far as its proof may cover it. */
export interface PostedJson {
  /** With its query, as it was asked for. */
  path: string;
  body: Buffer;
  header(name: string): string | undefined;
}

/**
 * Binds an operation to the JSON that a provider posts, which waits for no answer.
 * @param prove lets through what the provider has signed, or carries its secret, and only that: @throws AppError
 * @param maxBytes of the body; the usual bound where left out
 */
export function jsonWebhook<Input>(
  bound: Operation<Input, undefined>,
  prove: (ctx: Ctx, posted: PostedJson) => void,
  maxBytes?: number,
): Route {
  return {
    operation: bound,
    status: 204,
    content: { type: "application/json" },
    read(ctx, request) {
      const posted = readPosted(request, maxBytes);
      prove(ctx, posted);
      return parse(posted.body);
    },
    async answer({ ctx, sent, response }) {
      await runOperation(bound, ctx, sent);
      response.status(204).end();
    },
  };
}

function readPosted(request: Request, maxBytes: number | undefined): PostedJson {
  return {
    path: request.originalUrl,
    body: postedBody(request, maxBytes),
    header: (name) => request.header(name),
  };
}

function parse(body: Buffer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    if (typeof parsed === "object" && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new AppError("invalid_argument", "body: must be a JSON object", { details: { field: "body" } });
}
