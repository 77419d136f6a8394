import { z } from "zod";
import { isSpeechModel, speechVoicesOf } from "./models.js";
import { refuse, unknownModel } from "./refusal.js";
import { voiceName } from "./sessionConfig.js";

const INPUT_MAX_CHARACTERS = 4_096;
const FORMATS = ["mp3", "wav", "pcm"] as const;

const bodySchema = z.strictObject({
  model: z.string(),
  input: z.string().min(1),
  voice: z.union([z.string(), z.strictObject({ id: z.string() })]),
  response_format: z.enum(FORMATS).default("mp3"),
  speed: z.number().min(0.25).max(4).default(1),
  instructions: z.string().optional(),
  stream_format: z.literal("audio").optional(),
});

export type SpeechFormat = (typeof FORMATS)[number];

export interface SpeechRequest {
  text: string;
  voice: string;
  format: SpeechFormat;
  speed: number;
}

/** Checks a `POST /v1/audio/speech` as OpenAI does, which refuses here in its framework's words. */
export function parseSpeechRequest(body: unknown): SpeechRequest {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) return refuseIssues(parsed.error.issues.map((issue) => issueOf(issue, body)));
  const { model, input, voice, response_format: format, speed } = parsed.data;
  if (!isSpeechModel(model)) unknownModel(model);
  // Code points, as Python counts them, not UTF-16 units.
  if ([...input].length > INPUT_MAX_CHARACTERS) {
    const msg = `String should have at most ${INPUT_MAX_CHARACTERS} characters`;
    return refuseIssues([
      { type: "string_too_long", field: "input", msg, ctx: `{'max_length': ${INPUT_MAX_CHARACTERS}}` },
    ]);
  }
  const voices = speechVoicesOf(model);
  if (typeof voice === "string" && !voices.includes(voice)) {
    return refuseIssues([choice("voice", voices)]);
  }
  return { text: input, voice: voiceName(voice), format, speed };
}

interface Issue {
  type: string;
  field: string;
  msg: string;
  ctx?: string;
}

function issueOf(issue: z.core.$ZodIssue, body: unknown): Issue {
  const field = String(issue.code === "unrecognized_keys" ? issue.keys[0] : (issue.path[0] ?? "body"));
  if (issue.code === "unrecognized_keys") {
    return { type: "extra_forbidden", field, msg: "Extra inputs are not permitted" };
  }
  if (!Object.hasOwn(Object(body), field)) return { type: "missing", field, msg: "Field required" };
  if (issue.code === "invalid_value") return choice(field, issue.values.map(String));
  if (issue.code === "too_small" && issue.origin === "string") {
    return { type: "string_too_short", field, msg: `String should have at least ${issue.minimum} character` };
  }
  if (issue.code === "too_small") {
    return {
      type: "greater_than_equal",
      field,
      msg: `Input should be greater than or equal to ${issue.minimum}`,
    };
  }
  if (issue.code === "too_big") {
    return { type: "less_than_equal", field, msg: `Input should be less than or equal to ${issue.maximum}` };
  }
  const wanted = field === "speed" ? "number" : "string";
  return { type: `${wanted}_type`, field, msg: `Input should be a valid ${wanted}` };
}

function choice(field: string, values: readonly string[]): Issue {
  const quoted = values.map((value) => `'${value}'`);
  const expected = [quoted.slice(0, -1).join(", "), quoted.at(-1)].filter(Boolean).join(" or ");
  return { type: "enum", field, msg: `Input should be ${expected}` };
}

function refuseIssues(issues: Issue[]): never {
  const shown = issues.map(({ type, field, msg, ctx }) => {
    const quoted = msg.includes("'") ? `"${msg}"` : `'${msg}'`;
    return `{'type': '${type}', 'loc': ('body', '${field}'), 'msg': ${quoted}${ctx ? `, 'ctx': ${ctx}` : ""}}`;
  });
  return refuse({ message: `[${shown.join(", ")}]` });
}
