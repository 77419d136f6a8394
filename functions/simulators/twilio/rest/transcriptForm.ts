import { z } from "zod";
import type { Recording } from "../call/recordings.js";
import type { TranscriptInput } from "../intelligence/transcript.js";
import type { World } from "../world.js";
import type { Form } from "./form.js";
import { RestRefusal } from "./refusal.js";

const SERVICE = /^GA[0-9a-fA-F]{32}$/;
const CUSTOMER_KEY_MAX_CHARACTERS = 64;

const channelSchema = z.looseObject({
  media_properties: z.looseObject({
    source_sid: z.string().regex(/^RE[0-9a-fA-F]{32}$/),
    media_url: z
      .undefined({ error: "the simulator has no recordings but its own: give source_sid" })
      .optional(),
  }),
  participants: z.array(z.looseObject({ channel_participant: z.literal([1, 2]) })).optional(),
});

/** Who is taken to be on which channel when nobody is named. */
const DEFAULT_PARTICIPANTS = [
  { channel_participant: 1, role: "Agent" },
  { channel_participant: 2, role: "Customer" },
];

/**
 * Reads the parameters of a transcript to create:
 * https://www.twilio.com/docs/conversation-intelligence-classic/api/transcript-resource#create-a-new-transcript
 * @throws RestRefusal
 */
export function readTranscriptForm(form: Form, world: World): TranscriptInput {
  const serviceSid = form.get("ServiceSid") ?? "";
  if (!SERVICE.test(serviceSid)) throw new RestRefusal(20001, "ServiceSid must be the SID of a service");
  const channel = channelOf(form.get("Channel") ?? "");
  const customerKey = form.get("CustomerKey");
  if (customerKey !== null && customerKey.length > CUSTOMER_KEY_MAX_CHARACTERS) {
    throw new RestRefusal(20001, `CustomerKey has at most ${CUSTOMER_KEY_MAX_CHARACTERS} characters`);
  }
  const mediaStartTime = startTimeOf(form.get("MediaStartTime"));
  const recording = recordingOf(world, channel.media_properties.source_sid);
  const script = world.intelligence.for(recording);
  if (script.service === "unknown") throw new RestRefusal(20001, `no service ${serviceSid}`);
  return {
    accountSid: world.account.sid,
    serviceSid,
    recording,
    participants: channel.participants ?? DEFAULT_PARTICIPANTS,
    customerKey: customerKey || null,
    mediaStartTime,
    script,
  };
}

function channelOf(text: string): z.output<typeof channelSchema> {
  try {
    return channelSchema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : "it is no JSON";
    throw new RestRefusal(20001, `Channel: ${reason}`);
  }
}

function startTimeOf(text: string | null): number | null {
  if (!text) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new RestRefusal(20001, "MediaStartTime is no date");
  return time;
}

/** A recording that is complete and has no transcript: each has at most one. */
function recordingOf(world: World, sid: string): Recording {
  const recording = world.recordings.get(sid);
  if (!recording) throw new RestRefusal(95122, sid);
  if (recording.status !== "completed") throw new RestRefusal(95120, recording.status);
  const transcript = world.transcripts.of(recording);
  if (transcript) throw new RestRefusal(20409, `${sid} has the transcript ${transcript.sid}`);
  return recording;
}
