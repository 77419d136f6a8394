import { optOut } from "../../calls/doNotCall";
import type { Ctx } from "../../core/ctx";
import { AppError } from "../../core/errors";
import type { CallRecord } from "../../voice/callRecord";
import type { ServerTool } from "../toolRunner";

/** A caller who withholds the number has none that could be listed. */
const E164 = /^\+[1-9]\d{6,14}$/;

/** Puts the person on the other end on the do-not-call list. */
export function optOutTool(ctx: Ctx, call: Pick<CallRecord, "direction" | "from" | "to">): ServerTool {
  const number = call.direction === "outbound" ? call.to : call.from;
  return {
    isUncounted: true,
    definition: {
      type: "function",
      name: "opt_out",
      description:
        "Puts the person's number on the do-not-call list. Call it when they say that they want no more calls, not when " +
        "they only want to end this one.",
      parameters: { type: "object", properties: {}, additionalProperties: false },
    },
    async run() {
      if (!E164.test(number)) {
        throw new AppError("invalid_argument", "The number is withheld, so it cannot be listed.");
      }
      await optOut(ctx, number, "call");
      ctx.log.info("a person opted out of calls in a call");
      return { result: "The number is on the do-not-call list: it will not be called again." };
    },
  };
}
