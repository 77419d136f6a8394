/** RFC 2822 in UTC as Twilio writes it: `Tue, 18 Aug 2026 09:04:05 +0000`. */
export function rfc2822(epochMs: number): string {
  return new Date(epochMs).toUTCString().replace("GMT", "+0000");
}

/** ISO 8601 in UTC as Twilio's newer APIs write it, in whole seconds: `2026-08-18T09:04:05Z`. */
export function iso8601(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, "Z");
}
