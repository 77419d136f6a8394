import type { Ctx } from "../core/ctx";
import { noReply } from "../providers/twiml";
import { optIn, optOut } from "./doNotCall";
import { anyNumber } from "./phoneNumber";
import type { MessageInput } from "./webhookSchemas";

// Of one word, in capitals or not: https://help.twilio.com/articles/223134027
const STOP = new Set(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]);
const START = new Set(["START", "UNSTOP", "YES"]);

/**
 * What a person writes to our number: who wants to hear no more of us, or does again, is taken at their word. Nothing is
 * answered, for Twilio does that itself. At most 1 write.
 */
export async function receiveMessage(ctx: Ctx, input: MessageInput): Promise<string> {
  const wish = input.OptOutType ?? wishOf(input.Body);
  if (wish === "STOP") await optOut(ctx, anyNumber(input.From, ctx.config), "network");
  else if (wish === "START") await optIn(ctx, anyNumber(input.From, ctx.config));
  return noReply();
}

function wishOf(body: string): "STOP" | "START" | undefined {
  const word = body.trim().toUpperCase();
  if (STOP.has(word)) return "STOP";
  return START.has(word) ? "START" : undefined;
}
