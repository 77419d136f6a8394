import { z } from "zod";

const optionalText = z
  .string()
  .trim()
  .transform((text) => (text === "" ? undefined : text))
  .optional();
const list = optionalText.transform((text) =>
  (text ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ""),
);
const flag = optionalText.pipe(
  z
    .enum(["true", "false", "1", "0"], { error: "must be true or false" })
    .optional()
    .transform((text) => text === "true" || text === "1"),
);
const url = (protocols: RegExp, example: string) =>
  optionalText.pipe(
    z
      .string()
      .refine((text) => URL.canParse(text) && protocols.test(new URL(text).protocol), {
        error: `must be a URL such as ${example}`,
      })
      .transform((text) => text.replace(/\/+$/, ""))
      .optional(),
  );
/** An address without a scheme, as tunnels show it, is one by https. */
const publicUrl = optionalText
  .transform((value) => (value === undefined || /^\w+:\/\//.test(value) ? value : `https://${value}`))
  .pipe(url(/^https?:$/, "https://api.example.com"));
const phoneNumber = optionalText.pipe(
  z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, { error: "must be a number such as +14155550100" })
    .optional(),
);
const text = (fallback: string) => optionalText.transform((value) => value ?? fallback);

/** Prices in USD per million tokens of one realtime model. */
export const priceSchema = z.strictObject({
  textIn: z.number().nonnegative(),
  textCachedIn: z.number().nonnegative(),
  textOut: z.number().nonnegative(),
  audioIn: z.number().nonnegative(),
  audioCachedIn: z.number().nonnegative(),
  audioOut: z.number().nonnegative(),
});
export type Price = z.output<typeof priceSchema>;

/** OpenAI's list prices as of November 2026; `OPENAI_PRICES` adds to them and overrides them. */
const LIST_PRICES: Record<string, Price> = {
  "gpt-realtime-2.1": {
    textIn: 4,
    textCachedIn: 0.4,
    textOut: 24,
    audioIn: 32,
    audioCachedIn: 0.4,
    audioOut: 64,
  },
  "gpt-realtime-2.1-mini": {
    textIn: 0.6,
    textCachedIn: 0.06,
    textOut: 2.4,
    audioIn: 10,
    audioCachedIn: 0.3,
    audioOut: 20,
  },
};

/** `08:00-21:00`, as minutes since midnight. */
const hours = (fallback: string) =>
  text(fallback).transform((written, issues) => {
    const [, from, until] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(written) ?? [];
    const [begin, end] = [from, until].map((time) => {
      const [hour = Number.NaN, minute = Number.NaN] = (time ?? "").split(":").map(Number);
      return minute < 60 && hour * 60 + minute <= 24 * 60 ? hour * 60 + minute : Number.NaN;
    });
    if (begin !== undefined && end !== undefined && begin < end) return { from: begin, until: end };
    issues.addIssue({ code: "custom", message: "must be hours of a day such as 08:00-21:00" });
    return z.NEVER;
  });
const usd = (fallback: number) =>
  text(String(fallback))
    .transform(Number)
    .pipe(
      z.number({ error: "must be an amount in USD such as 0.5" }).positive({ error: "must be more than 0" }),
    );

const prices = optionalText.transform((json, issues) => {
  if (json === undefined) return LIST_PRICES;
  try {
    return { ...LIST_PRICES, ...z.record(z.string(), priceSchema).parse(JSON.parse(json)) };
  } catch {
    issues.addIssue({
      code: "custom",
      message: `must be JSON: {"<model>": {${Object.keys(priceSchema.shape)
        .map((name) => `"${name}"`)
        .join(", ")}}}, each in USD per million tokens`,
    });
    return z.NEVER;
  }
});

const secretKey = optionalText.pipe(
  z.string().min(32, { error: "must have at least 32 characters (try: openssl rand -base64 48)" }).optional(),
);

const configSchema = z.object({
  OPENAI_API_KEY: optionalText,
  OPENAI_API_KEYS: list,
  OPENAI_API_KEYS_FILE: list,
  OPENAI_BASE_URL: url(/^https?:$/, "https://api.openai.com/v1").transform(
    (value) => value ?? "https://api.openai.com/v1",
  ),
  OPENAI_REALTIME_API_URL: url(/^wss?:$/, "wss://api.openai.com/v1/realtime").transform(
    (value) => value ?? "wss://api.openai.com/v1/realtime",
  ),
  OPENAI_REALTIME_MODEL: text("gpt-realtime-2.1"),
  OPENAI_CHAT_MODEL: text("gpt-6-luna"),
  OPENAI_CHAT_MODELS: list,
  OPENAI_TTS_MODEL: optionalText,
  OPENAI_TRANSCRIBE_MODEL: text("gpt-transcribe"),
  OPENAI_PRICES: prices,
  TWILIO_ACCOUNT_SID: optionalText.pipe(
    z
      .string()
      .regex(/^AC[0-9a-f]{32}$/, { error: "must be AC and 32 hexadecimal digits, from the Twilio console" })
      .optional(),
  ),
  TWILIO_AUTH_TOKEN: optionalText,
  TWILIO_PHONE_NUMBER: phoneNumber,
  TWILIO_API_BASE_URL: url(/^https?:$/, "https://api.twilio.com"),
  USE_TWILIO_VOICE_INTELLIGENCE: flag,
  TWILIO_VOICE_INTELLIGENCE_SID: optionalText.pipe(
    z
      .string()
      .regex(/^GA[0-9a-f]{32}$/, { error: "must be GA and 32 hexadecimal digits, from the Twilio console" })
      .optional(),
  ),
  TRANSFER_PHONE_NUMBER: phoneNumber,
  CALL_COUNTRIES: list.refine((codes) => codes.every((code) => /^[A-Z]{2}$/.test(code)), {
    error: "must be country codes such as US,CA,GB",
  }),
  CALL_HOURS: hours("08:00-21:00"),
  CALL_SPEND_LIMIT_USD: usd(20),
  CALL_RESERVE_USD_PER_MINUTE: usd(0.5),
  CALL_PHONE_USD_PER_MINUTE: usd(0.02),
  GOOGLE_CLIENT_ID: optionalText,
  GOOGLE_CLIENT_SECRET: optionalText,
  GOOGLE_REDIRECT_URI: url(/^https?:$/, "https://api.example.com/google-calendar/callback"),
  GOOGLE_API_BASE_URL: url(/^https?:$/, "https://www.googleapis.com"),
  GOOGLE_OAUTH_BASE_URL: url(/^https?:$/, "https://oauth2.example.com"),
  VAPI_API_KEY: optionalText,
  VAPI_PUBLIC_API_KEY: optionalText,
  VAPI_ASSISTANT_ID: optionalText.pipe(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,128}$/, { error: "must be an assistant's id, from the Vapi dashboard" })
      .optional(),
  ),
  VAPI_BASE_URL: url(/^https?:$/, "https://api.vapi.ai").transform((value) => value ?? "https://api.vapi.ai"),
  VAPI_WEBHOOK_SECRET: optionalText.pipe(
    z
      .string()
      .min(16, { error: "must have at least 16 characters (try: openssl rand -base64 24)" })
      .optional(),
  ),
  VAPI_ORG_ID: optionalText,
  VAPI_USE_PUBLIC_JWT: flag,
  RETENTION_DAYS: optionalText
    .transform((days) => (days === undefined ? undefined : Number(days)))
    .pipe(
      z
        .number({ error: "must be a number of days such as 90" })
        .int({ error: "must be whole days" })
        .min(1, { error: "must be at least 1" })
        .max(3_650, { error: "must be at most 3650" })
        .optional(),
    ),
  PUBLIC_URL: publicUrl,
  WEB_API_KEY: optionalText,
  RELAY_URL: url(/^(wss?|https?):$/, "wss://relay.example.com"),
  FRONTEND_URL: url(/^https?:$/, "https://app.example.com"),
  ALLOWED_ORIGINS: list,
  SECRET_KEY: secretKey,
  PREVIOUS_SECRET_KEY: secretKey,
  ENFORCE_APP_CHECK: flag,
  LOG_LEVEL: optionalText.pipe(
    z
      .enum(["DEBUG", "INFO", "WARNING", "ERROR"], { error: "must be DEBUG, INFO, WARNING or ERROR" })
      .default("INFO"),
  ),
});

/** All settings, parsed. What is optional and missing is `undefined`; a feature that needs it says so itself. */
export type Config = Omit<z.output<typeof configSchema>, "OPENAI_API_KEY" | "OPENAI_API_KEYS"> & {
  /** The pool of OpenAI keys, in order of preference; empty when none is configured. */
  openAiKeys: string[];
};

/** Thrown by `parseConfig`: one message that lists every setting that is wrong, never its value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** @throws ConfigError listing all that is wrong at once */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const parsed = configSchema.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join(".")} ${issue.message}`);
    throw new ConfigError(`These settings are wrong:\n${problems.join("\n")}`);
  }
  const { OPENAI_API_KEY, OPENAI_API_KEYS, ...rest } = parsed.data;
  const pool = OPENAI_API_KEY === undefined ? OPENAI_API_KEYS : [OPENAI_API_KEY, ...OPENAI_API_KEYS];
  return { ...rest, openAiKeys: [...new Set(pool)] };
}

let parsedOnce: Config | undefined;

/** The process's settings, parsed at first use. @throws ConfigError */
export function processConfig(): Config {
  parsedOnce ??= parseConfig(process.env);
  return parsedOnce;
}
