import type { ZodType } from "zod";
import type { Route } from "./https";
import { type Operation, runOperation } from "./operation";

/** A text of another type than JSON, as it is sent. */
export interface DocumentAnswer {
  type: string;
  body: string;
  headers: Record<string, string>;
}

/** Binds an operation that answers with JSON, or with a document where the client asked for one. */
export function documentRoute<Input, Output extends object>(
  bound: Operation<Input, Output | DocumentAnswer>,
  json: ZodType<Output>,
): Route {
  return {
    operation: bound,
    status: 200,
    content: { type: "application/json", schema: json },
    async answer({ ctx, sent, response }) {
      const answer = await runOperation(bound, ctx, sent);
      if (!isDocument(answer)) response.status(200).json(answer);
      else response.set(answer.headers).status(200).set("Content-Type", answer.type).send(answer.body);
    },
  };
}

function isDocument(answer: object): answer is DocumentAnswer {
  return "body" in answer && "headers" in answer;
}
