import { z } from "zod";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** https://www.twilio.com/docs/voice/media-streams/websocket-messages#send-websocket-messages-to-twilio */
const messageSchema = z.discriminatedUnion("event", [
  z.strictObject({
    event: z.literal("media"),
    streamSid: z.string(),
    media: z.strictObject({ payload: z.string().regex(BASE64, { error: "must be base64" }) }),
  }),
  z.strictObject({
    event: z.literal("mark"),
    streamSid: z.string(),
    mark: z.strictObject({ name: z.string().min(1) }),
  }),
  z.strictObject({ event: z.literal("clear"), streamSid: z.string() }),
]);

export type ServerMessage = z.infer<typeof messageSchema>;

/** Why a message is none, with Twilio's error code. */
export interface BadMessage {
  code: 31950 | 31951;
  message: string;
}

/** Reads what the application sent on a stream. */
export function readServerMessage(
  data: Buffer,
  isBinary: boolean,
  streamSid: string,
): ServerMessage | BadMessage {
  // https://www.twilio.com/docs/api/errors/31950
  if (isBinary) return { code: 31950, message: "Stream - Protocol - Malformed Message: a binary frame" };
  const parsed = messageSchema.safeParse(jsonOf(data.toString("utf8")));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return invalid(`${issue?.path.join(".")} ${issue?.message}`.trim());
  }
  if (parsed.data.streamSid !== streamSid) return invalid("streamSid is another stream's");
  return parsed.data;
}

// https://www.twilio.com/docs/api/errors/31951
function invalid(what: string): BadMessage {
  return { code: 31951, message: `Stream - Protocol - Invalid Message: ${what}` };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
