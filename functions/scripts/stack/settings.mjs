import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** Every setting of the backend. Those that `isSecret` are Firebase secrets, the rest parameters. */
export const SETTINGS = [
  "OPENAI_API_KEY",
  "OPENAI_API_KEYS",
  "OPENAI_API_KEYS_FILE",
  "OPENAI_BASE_URL",
  "OPENAI_REALTIME_API_URL",
  "OPENAI_REALTIME_MODEL",
  "OPENAI_CHAT_MODEL",
  "OPENAI_CHAT_MODELS",
  "OPENAI_TTS_MODEL",
  "OPENAI_TRANSCRIBE_MODEL",
  "OPENAI_PRICES",
  "TWILIO_ACCOUNT_SID",
  "TWILIO_AUTH_TOKEN",
  "TWILIO_PHONE_NUMBER",
  "USE_TWILIO_VOICE_INTELLIGENCE",
  "TWILIO_VOICE_INTELLIGENCE_SID",
  "TWILIO_API_BASE_URL",
  "TRANSFER_PHONE_NUMBER",
  "CALL_COUNTRIES",
  "CALL_HOURS",
  "CALL_SPEND_LIMIT_USD",
  "CALL_RESERVE_USD_PER_MINUTE",
  "CALL_PHONE_USD_PER_MINUTE",
  "GOOGLE_CLIENT_ID",
  "GOOGLE_CLIENT_SECRET",
  "GOOGLE_REDIRECT_URI",
  "GOOGLE_API_BASE_URL",
  "GOOGLE_OAUTH_BASE_URL",
  "VAPI_API_KEY",
  "VAPI_PUBLIC_API_KEY",
  "VAPI_ASSISTANT_ID",
  "VAPI_BASE_URL",
  "VAPI_WEBHOOK_SECRET",
  "VAPI_ORG_ID",
  "VAPI_USE_PUBLIC_JWT",
  "RETENTION_DAYS",
  "PUBLIC_URL",
  "WEB_API_KEY",
  "RELAY_URL",
  "FRONTEND_URL",
  "ALLOWED_ORIGINS",
  "SECRET_KEY",
  "PREVIOUS_SECRET_KEY",
  "ENFORCE_APP_CHECK",
  "LOG_LEVEL",
];

/** Files of the functions folder that hold settings for the local stack; a later one wins over an earlier one. */
const FILES = [".env", ".env.demo-voice", ".env.local", ".secret.local"];

/** The providers: real when one of `keys` is set, otherwise simulated by what `simulated` gives. */
const PROVIDERS = [
  {
    name: "OpenAI",
    keys: ["OPENAI_API_KEY", "OPENAI_API_KEYS"],
    simulated: (simulators) => ({
      OPENAI_API_KEY: "sk-simulated-key",
      OPENAI_BASE_URL: `http://${simulators}/openai/v1`,
      OPENAI_REALTIME_API_URL: `ws://${simulators}/openai/v1/realtime`,
    }),
  },
  {
    name: "Twilio",
    keys: ["TWILIO_AUTH_TOKEN"],
    simulated: (simulators) => ({
      TWILIO_ACCOUNT_SID: "AC00000000000000000000000000000000",
      TWILIO_AUTH_TOKEN: "simulated-auth-token",
      TWILIO_PHONE_NUMBER: "+14155550100",
      TRANSFER_PHONE_NUMBER: "+14155550199",
      // Nobody is woken by a simulated phone.
      CALL_HOURS: "00:00-24:00",
      TWILIO_API_BASE_URL: `http://${simulators}/twilio`,
      USE_TWILIO_VOICE_INTELLIGENCE: "true",
      TWILIO_VOICE_INTELLIGENCE_SID: "GA00000000000000000000000000000000",
    }),
  },
  {
    name: "Google",
    keys: ["GOOGLE_CLIENT_SECRET"],
    simulated: (simulators) => ({
      GOOGLE_CLIENT_ID: "simulated-client.apps.googleusercontent.com",
      GOOGLE_CLIENT_SECRET: "simulated-client-secret",
      GOOGLE_API_BASE_URL: `http://${simulators}/google`,
      GOOGLE_OAUTH_BASE_URL: `http://${simulators}/google`,
    }),
  },
  {
    name: "Vapi",
    keys: ["VAPI_API_KEY"],
    simulated: (simulators) => ({
      VAPI_API_KEY: "simulated-vapi-private-key",
      VAPI_PUBLIC_API_KEY: "simulated-vapi-public-key",
      VAPI_ASSISTANT_ID: "0b1f6f0e-0000-4000-8000-000000000002",
      VAPI_ORG_ID: "0b1f6f0e-0000-4000-8000-000000000001",
      VAPI_WEBHOOK_SECRET: "simulated-vapi-webhook-secret",
      VAPI_BASE_URL: `http://${simulators}/vapi`,
    }),
  },
];

// Firebase's web API key names the project, and apps start calls by Vapi's public one.
const PUBLIC_KEYS = ["WEB_API_KEY", "VAPI_PUBLIC_API_KEY"];

export const isSecret = (name) =>
  !PUBLIC_KEYS.includes(name) && (name.endsWith("SECRET_KEY") || /(_API_KEYS?|_TOKEN|_SECRET)$/.test(name));

const ESCAPES = { n: "\n", r: "\r", t: "\t", v: "\v" };

/** Reads dotenv text as firebase-tools does: `NAME=value`, quotes, escapes in double quotes, `#` comments. */
export function parseDotenv(text) {
  const settings = {};
  const line =
    /^\s*(?:export\s+)?([\w.]+)\s*=[\f\t\v ]*('(?:\\'|[^'])*'|"(?:\\.|[^"\\])*"|[^#\r\n]*)?[^\n]*$/gms;
  for (const [, name, written = ""] of text.replace(/\r\n?/g, "\n").matchAll(line)) {
    const value = written.trim();
    const quoted = /^(["'])(.*)\1$/s.exec(value);
    if (!quoted) settings[name] = value;
    else if (quoted[1] === "'") settings[name] = quoted[2];
    else settings[name] = quoted[2].replace(/\\([nrtv\\'"])/g, (_, char) => ESCAPES[char] ?? char);
  }
  return settings;
}

const escapeCharacter = (char) =>
  ({ "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v" })[char] ?? `\\${char}`;

/** Writes settings as dotenv text that firebase-tools reads back exactly. */
export function formatDotenv(settings) {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name}="${value.replace(/[\n\r\t\v\\'"]/g, escapeCharacter)}"`,
  );
  return `${lines.join("\n")}\n`;
}

export function readDotenv(file) {
  return fs.existsSync(file) ? parseDotenv(fs.readFileSync(file, "utf8")) : {};
}

/** What the user has set: the files of `folder`, then the environment, which wins. Only what is set to something. */
export function userSettings(folder, env = process.env) {
  const fromFiles = Object.assign({}, ...FILES.map((name) => readDotenv(path.join(folder, name))));
  const fromEnvironment = SETTINGS.filter((name) => env[name] !== undefined).map((name) => [name, env[name]]);
  const all = { ...fromFiles, ...Object.fromEntries(fromEnvironment) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value.trim() !== ""));
}

function localDefaults(ports) {
  const publicUrl = `http://127.0.0.1:${ports.hosting}`;
  const origins = [
    "http://localhost:5173",
    "http://localhost:3000",
    publicUrl,
    `http://localhost:${ports.hosting}`,
  ];
  return {
    PUBLIC_URL: publicUrl,
    RELAY_URL: `ws://127.0.0.1:${ports.relay}`,
    FRONTEND_URL: "http://localhost:5173",
    WEB_API_KEY: "local",
    GOOGLE_REDIRECT_URI: `${publicUrl}/google-calendar/callback`,
    ALLOWED_ORIGINS: origins.join(","),
    SECRET_KEY: randomBytes(48).toString("base64"),
    ENFORCE_APP_CHECK: "false",
    USE_TWILIO_VOICE_INTELLIGENCE: "false",
  };
}

/**
 * Every setting of a local stack, each with a value (empty when unset), which providers are real, and what the simulators
 * of the others know: by which keys they are asked, and where we are.
 * @param user what the user has set; it wins over the defaults
 */
export function stackSettings({ user, ports }) {
  const settings = { ...localDefaults(ports), ...user };
  const { PUBLIC_URL, GOOGLE_REDIRECT_URI } = settings;
  const simulators = { PUBLIC_URL, GOOGLE_REDIRECT_URI };
  const providers = PROVIDERS.map(({ name, keys, simulated }) => {
    const real = keys.some((key) => user[key]);
    if (!real) Object.assign(simulators, simulated(`127.0.0.1:${ports.simulators}`));
    return { name, real };
  });
  const unset = Object.fromEntries(SETTINGS.map((name) => [name, ""]));
  return { settings: { ...unset, ...settings, ...simulators }, providers, simulators };
}
