import { randomBytes } from "node:crypto";
import { rfc2822 } from "../dates.js";
import type { Answer, RestRequest } from "./endpoint.js";
import { integerOf } from "./form.js";

const TTL_MAX_SECONDS = 86_400;
const STUN = "stun:global.stun.twilio.com:3478";
const TURN = [
  "turn:global.turn.twilio.com:3478?transport=udp",
  "turn:global.turn.twilio.com:3478?transport=tcp",
  "turn:global.turn.twilio.com:443?transport=tcp",
];

/** Credentials for TURN, which no server takes: https://www.twilio.com/docs/stun-turn/api */
export function createToken({ world, form }: RestRequest): Answer {
  const ttl = integerOf(form, "Ttl", { min: 1, max: TTL_MAX_SECONDS, otherwise: TTL_MAX_SECONDS });
  const username = randomBytes(32).toString("hex");
  const password = randomBytes(32).toString("base64");
  const now = rfc2822(Date.now());
  const relays = TURN.map((url) => ({ url, urls: url, username, credential: password }));
  const body = {
    account_sid: world.account.sid,
    date_created: now,
    date_updated: now,
    ice_servers: [{ url: STUN, urls: STUN }, ...relays],
    password,
    ttl: String(ttl),
    username,
  };
  return { status: 201, body };
}
