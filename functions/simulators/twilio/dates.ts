/** RFC 2822 in UTC as Twilio writes it: `Tue, 18 Aug 2026 09:04:05 +0000`. */
export function rfc2822(epochMs: number): string {
  return new Date(epochMs).toUTCString().replace("GMT", "+0000");
}
