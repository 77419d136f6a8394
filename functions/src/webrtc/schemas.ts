import { z } from "zod";
import { questionRef } from "../interviews/schemas";
import { connectInput, sessionId } from "../voice/schemas";
import { MAX_SDP_CHARACTERS } from "./limits";
import { isOffer } from "./offer";

const timestamp = z.iso.datetime();

export const keyInput = questionRef;
export type KeyInput = z.output<typeof keyInput>;

/** As the Realtime API's sessions were before they were generally available, which is what the clients know. */
const realtimeSession = z.object({
  id: z.string(),
  object: z.literal("realtime.session"),
  client_secret: z.object({
    value: z.string().meta({ description: "`ek_…`: for the client alone; opens sessions until it expires." }),
    expires_at: z.number().int().meta({ description: "Seconds since the epoch." }),
  }),
  expires_at: z.number().int(),
  model: z.string(),
  modalities: z.enum(["audio", "text"]).array(),
  instructions: z.string(),
  voice: z.string(),
  input_audio_transcription: z.object({ model: z.string() }).nullable(),
  turn_detection: z.record(z.string(), z.unknown()).nullable(),
  tools: z.unknown().array(),
  tool_choice: z.unknown(),
  max_response_output_tokens: z.union([z.number().int(), z.literal("inf")]),
});
export type RealtimeSession = z.output<typeof realtimeSession>;

export const keyOutput = z
  .object({
    id: z.string().meta({ description: "`sess_<interview>_<user>_<question>`" }),
    sessionId: sessionId.meta({ description: "The voice session: end it when the question is over." }),
    interviewId: z.string(),
    userId: z.string(),
    questionNumber: z.number().int(),
    expiresAt: timestamp.meta({ description: "When the session ends, not the key." }),
    ttl: z.number().int().meta({ description: "Seconds until then." }),
    instructions: z.string(),
    sdpUrl: z
      .string()
      .meta({ description: "OpenAI's address that takes the browser's SDP offer, with the client secret." }),
    realtimeSession,
  })
  .meta({ id: "RealtimeKey" });
export type KeyOutput = z.output<typeof keyOutput>;

const { instructions, voice, language, scenarioId, variables, calendar } = connectInput.shape;
const { interview_id, question_number } = questionRef.shape;

export const callInput = z
  .strictObject({
    sdp: z
      .string()
      .max(MAX_SDP_CHARACTERS)
      .refine(isOffer, { error: "must be the SDP offer of an RTCPeerConnection with audio" })
      .meta({
        description: "What `createOffer()` gave, with an audio track and the data channel `oai-events`.",
      }),
    sessionId: sessionId.optional().meta({
      description:
        "One's own open WebRTC session, which goes on in this call; a new one is made where absent.",
    }),
    instructions,
    voice,
    language,
    scenarioId,
    variables,
    calendar,
    interview_id: interview_id.optional(),
    question_number: question_number.optional(),
  })
  .refine((input) => (input.interview_id === undefined) === (input.question_number === undefined), {
    path: ["question_number"],
    error: "belongs to an interview_id, and that to it",
  })
  .refine(({ scenarioId, instructions }) => scenarioId === undefined || instructions === undefined, {
    path: ["instructions"],
    error: "the scenario gives them",
  })
  .refine(({ scenarioId, variables }) => scenarioId !== undefined || variables === undefined, {
    path: ["variables"],
    error: "belong to a scenario",
  })
  .refine((input) => input.interview_id === undefined || !(input.scenarioId ?? input.instructions), {
    path: ["interview_id"],
    error: "gives the instructions: send neither instructions nor a scenarioId",
  });
export type CallInput = z.output<typeof callInput>;

export const callOutput = z
  .object({
    sessionId,
    sdp: z.string().meta({ description: "The answer, for `setRemoteDescription`." }),
    expiresAt: timestamp.meta({ description: "When the server hangs up; it says so a minute before." }),
  })
  .meta({ id: "RealtimeCall" });
export type CallOutput = z.output<typeof callOutput>;
