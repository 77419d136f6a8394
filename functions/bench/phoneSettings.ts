/** What Twilio's signatures are made with, and for: wherever the relay listens, Twilio knows it by this address. */
export const PHONE_SETTINGS = {
  TWILIO_AUTH_TOKEN: "bench-auth-token",
  RELAY_URL: "wss://relay.example.com",
} as const;
