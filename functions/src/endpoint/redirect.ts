import type { Route } from "./https";
import { type Operation, runOperation } from "./operation";

/** Binds an operation to a browser that passes through: its output is where the browser goes on to. */
export function redirect<Input>(bound: Operation<Input, string>): Route {
  return {
    operation: bound,
    status: 302,
    content: { type: "text/plain" },
    headers: ["Location"],
    async answer({ ctx, sent, response }) {
      const address = await runOperation(bound, ctx, sent);
      // What the browser was asked with is nobody's business where it goes.
      response.set("Referrer-Policy", "no-referrer").redirect(302, address);
    },
  };
}
