import type { Ctx } from "../core/ctx";
import type { Request, Route } from "./https";
import { type Operation, runOperation } from "./operation";
import { postedBody } from "./postedBody";

/** What a provider posted, as far as its signature covers it. */
export interface PostedForm {
  /** With its query, as it was asked for. */
  path: string;
  /** One that is there several times has all its values. */
  fields: Record<string, string | string[]>;
  header(name: string): string | undefined;
}

/**
 * Binds an operation to the forms that a provider posts: its input is their fields with those of the query that we gave
 * the address, its output is XML, or nothing where none is waited for.
 * @param prove lets through what the provider has signed, and only that: @throws AppError
 */
export function formWebhook<Input>(
  bound: Operation<Input, string | undefined>,
  prove: (ctx: Ctx, form: PostedForm) => void,
  answers: "xml" | "nothing" = "xml",
): Route {
  return {
    operation: bound,
    status: answers === "xml" ? 200 : 204,
    takes: "application/x-www-form-urlencoded",
    content: { type: "text/xml" },
    read(ctx, request) {
      const form = readForm(request);
      prove(ctx, form);
      return { ...request.query, ...form.fields };
    },
    async answer({ ctx, sent, response }) {
      const xml = await runOperation(bound, ctx, sent);
      if (answers === "nothing") response.status(204).end();
      else response.status(200).type("text/xml").send(xml);
    },
  };
}

function readForm(request: Request): PostedForm {
  const fields: PostedForm["fields"] = {};
  for (const [name, value] of new URLSearchParams(postedBody(request).toString("utf8"))) {
    const before = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const all = before === undefined ? value : [before, value].flat();
    Object.defineProperty(fields, name, { value: all, enumerable: true, writable: true, configurable: true });
  }
  return { path: request.originalUrl, fields, header: (name) => request.header(name) };
}
