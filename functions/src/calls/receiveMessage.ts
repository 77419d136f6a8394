import type { Ctx } from "../core/ctx";
import { noReply } from "../providers/twiml";
import { optIn, optOut } from "./doNotCall";
import { anyNumber } from "./phoneNumber";
import type { MessageInput } from "./webhookSchemas";

// Of one word, however it is written: https://help.twilio.com/articles/223134027
const STOP = new Set(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]);
const START = new Set(["START", "UNSTOP"]);
/** Twilio takes it for START; but it answers some question, and nobody was asked whether they want calls again. */
const YES = "YES";

/**
 * What a person writes to our number: who wants to hear no more of us, or does again, is taken at their word. Nothing is
 * answered, for Twilio does that itself. At most 1 write.
 */
export async function receiveMessage(ctx: Ctx, input: MessageInput): Promise<string> {
  const word = lettersOf(input.Body);
  const wish = word === YES ? undefined : (input.OptOutType ?? wishOf(word));
  if (wish === "STOP") await optOut(ctx, anyNumber(input.From, ctx.config), "network");
  else if (wish === "START") await optIn(ctx, anyNumber(input.From, ctx.config));
  return noReply();
}

/** `Stop.`, `STOP ALL` and `opt-out!` are meant as well. */
function lettersOf(body: string): string {
  return body.replace(/\P{L}/gu, "").toUpperCase();
}

function wishOf(word: string): "STOP" | "START" | undefined {
  if (STOP.has(word)) return "STOP";
  return START.has(word) ? "START" : undefined;
}
