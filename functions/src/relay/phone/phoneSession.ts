import type { Ctx } from "../../core/ctx";
import { instructionsFor } from "../../voice/modelSession";
import type { AttachedSession } from "../../voice/relayConnection";
import { serverTools } from "../serverTools";
import { sessionUpdate } from "../sessionConfig";
import type { ServerTool } from "../toolRunner";
import { type PhonePrompts, phonePrompts } from "./prompts";
import { phoneTools } from "./tools";
import { phoneTurnDetection } from "./turnDetection";

type SessionOf = AttachedSession["session"];

/** What is special about one call, as the model is told it. */
export interface PhoneSession {
  prompts: PhonePrompts;
  canTransfer: boolean;
  tools: readonly ServerTool[];
  /** The `session.update` of that event id. */
  update(eventId: string): string;
}

/** A session as phones need it: µ-law on both sides, which goes through the relay as it is, and tools to end the call. */
export function phoneSession(ctx: Ctx, session: SessionOf): PhoneSession {
  const { config } = ctx;
  const tools = serverTools(ctx, session);
  const canTransfer = config.TRANSFER_PHONE_NUMBER !== undefined;
  const prompts = phonePrompts(instructionsFor(session), canTransfer);
  return {
    prompts,
    canTransfer,
    tools,
    update: (eventId) =>
      sessionUpdate(session, config, eventId, {
        instructions: prompts.session,
        format: { type: "audio/pcmu" },
        turnDetection: phoneTurnDetection(true),
        tools: [...phoneTools(canTransfer), ...tools.map(({ definition }) => definition)],
      }),
  };
}
