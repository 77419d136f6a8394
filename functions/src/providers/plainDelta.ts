// https://developers.openai.com/api/reference/resources/chat/subresources/completions/streaming-events, in the order in
// which the provider writes the fields.
const TEXT = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`;
const PLAIN_DELTA = new RegExp(
  String.raw`^\{"id":"[\w-]+","object":"chat\.completion\.chunk","created":[1-9]\d*,"model":"[\w.:-]+",` +
    String.raw`(?:"service_tier":"\w+",)?"system_fingerprint":(?:null|"\w+"),` +
    String.raw`"choices":\[\{"index":0,"delta":\{"content":${TEXT}\},(?:"logprobs":null,)?"finish_reason":null\}\],` +
    String.raw`"usage":null(?:,"obfuscation":"\w*")?\}$`,
);

/**
 * Whether an event is, to the letter, a chunk that carries a piece of text and nothing else: nearly all are. This takes
 * a tenth of the time of parsing it, and what it does not know is parsed.
 */
export function isPlainDelta(data: string): boolean {
  return PLAIN_DELTA.test(data);
}
