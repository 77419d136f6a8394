/** What an offer must have that the model can answer: audio, the channel of events, and what ICE and DTLS go by. RFC 8866, RFC 8839, RFC 8122. */
const NEEDED = [/^m=audio /m, /^m=application /m, /^a=ice-ufrag:\S/m, /^a=fingerprint:\S/m];
const LINE = /^[a-z]=[^\0\r\n]+$/;

/** Whether a text is an SDP offer of a WebRTC client's, as far as its form goes. */
export function isOffer(sdp: string): boolean {
  const lines = sdp.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  if (lines[0] !== "v=0" || !lines.every((line) => LINE.test(line))) return false;
  return NEEDED.every((pattern) => pattern.test(sdp));
}
