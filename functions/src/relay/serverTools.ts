import type { Ctx } from "../core/ctx";
import type { AttachedSession } from "../voice/relayConnection";
import { calendarTools } from "./calendarTools";
import { optOutTool } from "./phone/optOutTool";
import type { ServerTool } from "./toolRunner";

/** The tools that the server runs for the model in a session. */
export function serverTools(ctx: Ctx, session: AttachedSession["session"]): ServerTool[] {
  return [
    ...(session.call ? [optOutTool(ctx, session.call)] : []),
    ...(session.calendar ? calendarTools(ctx, session) : []),
  ];
}
