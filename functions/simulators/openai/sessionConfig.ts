import type {
  AudioTranscription,
  NoiseReductionType,
  RealtimeAudioInputTurnDetection,
  RealtimeSessionCreateRequest,
} from "openai/resources/realtime/realtime";
import type { AudioFormatType } from "./audioFormats.js";
import { InvalidRequest, parseOrRefuse, unsupportedValue } from "./invalidRequest.js";
import { checkKnownModel, DEFAULT_REALTIME_MODEL, VOICES } from "./models.js";
import {
  type SessionUpdate,
  semanticVadSchema,
  serverVadSchema,
  sessionUpdateSchema,
} from "./sessionSchema.js";
import type { VadSettings } from "./vad.js";

export type Modality = "text" | "audio";
export interface AudioFormat {
  type: AudioFormatType;
  rate?: 24_000;
}
export type ServerVad = Required<RealtimeAudioInputTurnDetection.ServerVad>;
export type SemanticVad = Required<RealtimeAudioInputTurnDetection.SemanticVad>;
export type TurnDetection = ServerVad | SemanticVad;

/** A session as `session.created` and `session.updated` show it: every field is there, `null` where off. */
export interface SessionConfig {
  type: "realtime";
  object: "realtime.session";
  id: string;
  model: string;
  output_modalities: Modality[];
  instructions: string;
  tools: NonNullable<SessionUpdate["tools"]>;
  tool_choice: NonNullable<SessionUpdate["tool_choice"]>;
  max_output_tokens: number | "inf";
  tracing: NonNullable<SessionUpdate["tracing"]> | null;
  prompt: NonNullable<SessionUpdate["prompt"]> | null;
  expires_at: number;
  audio: {
    input: {
      format: AudioFormat;
      transcription: AudioTranscription | null;
      noise_reduction: { type?: NoiseReductionType; strength?: number } | null;
      turn_detection: TurnDetection | null;
    };
    output: { format: AudioFormat; voice: string | { id: string }; speed: number };
  };
  include: RealtimeSessionCreateRequest["include"] | null;
  truncation: NonNullable<SessionUpdate["truncation"]>;
  reasoning?: SessionUpdate["reasoning"];
  parallel_tool_calls?: boolean;
}

/** What may not change any more in this session. */
export interface SessionLimits {
  modelFixed: boolean;
  /** The model has spoken, so the voice stays. */
  voiceFixed: boolean;
  /** A response is being spoken, so the speed stays. */
  speaking: boolean;
}

const DEFAULT_INSTRUCTIONS =
  "You are a helpful voice assistant. Speak plainly, keep answers short, and do not refer to these rules.";

const SERVER_VAD_DEFAULTS: ServerVad = {
  type: "server_vad",
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  idle_timeout_ms: null,
  create_response: true,
  interrupt_response: true,
};

const SEMANTIC_VAD_DEFAULTS: SemanticVad = {
  type: "semantic_vad",
  eagerness: "auto",
  create_response: true,
  interrupt_response: true,
};

/**
 * The real semantic VAD asks a model whether the speaker has finished and waits up to 8, 4 or 2 s. This one cannot
 * know, so each eagerness is a fixed silence.
 */
const SEMANTIC_SILENCE_MS: Record<SemanticVad["eagerness"], number> = {
  low: 1_500,
  medium: 800,
  auto: 800,
  high: 400,
};

export function defaultSession(id: string, expiresAtSeconds: number, model?: string): SessionConfig {
  return {
    type: "realtime",
    object: "realtime.session",
    id,
    model: model ?? DEFAULT_REALTIME_MODEL,
    output_modalities: ["audio"],
    instructions: DEFAULT_INSTRUCTIONS,
    tools: [],
    tool_choice: "auto",
    max_output_tokens: "inf",
    tracing: null,
    prompt: null,
    expires_at: expiresAtSeconds,
    audio: {
      input: {
        format: { type: "audio/pcm", rate: 24_000 },
        transcription: null,
        noise_reduction: null,
        turn_detection: { ...SERVER_VAD_DEFAULTS },
      },
      output: { format: { type: "audio/pcm", rate: 24_000 }, voice: "marin", speed: 1 },
    },
    include: null,
    truncation: "auto",
  };
}

/**
 * The session after an update: only the fields given change, `null` turns a feature off. The session passed in is left
 * alone, so a refused update changes nothing. Throws {@link InvalidRequest} naming the parameter.
 */
export function mergeSession(current: SessionConfig, value: unknown, limits: SessionLimits): SessionConfig {
  const update = parseOrRefuse(sessionUpdateSchema, value, "session");
  checkModel(current, update, limits);
  if (update.output_modalities) checkModalities(update.output_modalities, "session.output_modalities");
  checkVoice(current, update, limits);
  const { audio, model, ...plain } = update;
  const input = audio?.input ?? {};
  const output = audio?.output ?? {};
  const given = Object.fromEntries(Object.entries(plain).filter(([, field]) => field !== undefined));
  return {
    ...current,
    ...given,
    model: model ?? current.model,
    audio: {
      input: {
        format: input.format ? wholeFormat(input.format) : current.audio.input.format,
        transcription: mergedPart(current.audio.input.transcription, input.transcription),
        noise_reduction: mergedPart(current.audio.input.noise_reduction, input.noise_reduction),
        turn_detection: mergedTurnDetection(current.audio.input.turn_detection, input.turn_detection),
      },
      output: {
        format: output.format ? wholeFormat(output.format) : current.audio.output.format,
        voice: output.voice ?? current.audio.output.voice,
        speed: output.speed ?? current.audio.output.speed,
      },
    },
  };
}

/** Audio and text cannot be asked for together. */
export function checkModalities(modalities: readonly Modality[], param: string): void {
  if (modalities.length === 1) return;
  const list = modalities.map((modality) => `'${modality}'`).join(", ");
  const message = `Invalid modalities: [${list}]. Supported combinations are: ['text'] and ['audio'].`;
  throw new InvalidRequest("invalid_value", message, param);
}

export function checkKnownVoice(voice: string | { id: string }, param: string): void {
  if (typeof voice === "string" && !VOICES.includes(voice)) throw unsupportedValue(param, voice, VOICES);
}

/** A voice as one word, whether built in or custom. */
export function voiceName(voice: string | { id: string }): string {
  return typeof voice === "string" ? voice : voice.id;
}

/** The detector's settings; undefined when turn detection is off. */
export function vadSettings(detection: TurnDetection | null): VadSettings | undefined {
  if (!detection) return undefined;
  if (detection.type === "semantic_vad") {
    const silenceDurationMs = SEMANTIC_SILENCE_MS[detection.eagerness];
    return { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs };
  }
  return {
    threshold: detection.threshold,
    prefixPaddingMs: detection.prefix_padding_ms,
    silenceDurationMs: detection.silence_duration_ms,
  };
}

function checkModel(current: SessionConfig, update: SessionUpdate, limits: SessionLimits): void {
  if (update.model === undefined || update.model === current.model) return;
  checkKnownModel(update.model, "session.model");
  if (!limits.modelFixed) return;
  const message = "The model of a session cannot be changed once it is set.";
  throw new InvalidRequest("invalid_value", message, "session.model");
}

function checkVoice(current: SessionConfig, update: SessionUpdate, limits: SessionLimits): void {
  const { voice, speed } = update.audio?.output ?? {};
  if (speed !== undefined && speed !== current.audio.output.speed && limits.speaking) {
    const message = "The speed can only be changed between model turns, not while a response is in progress.";
    throw new InvalidRequest("invalid_value", message, "session.audio.output.speed");
  }
  if (voice === undefined) return;
  checkKnownVoice(voice, "session.audio.output.voice");
  if (!limits.voiceFixed || voiceName(voice) === voiceName(current.audio.output.voice)) return;
  const message = "Cannot update a conversation's voice if assistant audio is present.";
  throw new InvalidRequest("cannot_update_voice", message, "session.audio.output.voice");
}

function wholeFormat(format: AudioFormat): AudioFormat {
  return format.type === "audio/pcm" ? { type: "audio/pcm", rate: 24_000 } : { type: format.type };
}

function mergedPart<T extends object>(current: T | null, given: T | null | undefined): T | null {
  if (given === undefined) return current;
  return given && { ...current, ...given };
}

function mergedTurnDetection(
  current: TurnDetection | null,
  given: { type: TurnDetection["type"] } | null | undefined,
): TurnDetection | null {
  if (given === undefined) return current;
  if (given === null) return null;
  const at = "session.audio.input.turn_detection";
  // Fields of the other kind of detection do not carry over.
  if (given.type === "server_vad") {
    const base = current?.type === "server_vad" ? current : SERVER_VAD_DEFAULTS;
    return { ...base, ...parseOrRefuse(serverVadSchema, given, at) };
  }
  const base = current?.type === "semantic_vad" ? current : SEMANTIC_VAD_DEFAULTS;
  return { ...base, ...parseOrRefuse(semanticVadSchema, given, at) };
}
