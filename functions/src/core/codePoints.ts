/** The length of a text as OpenAI counts it, in Unicode code points: an emoji is one, or as many as it is made of. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const next = text.charCodeAt(at + 1);
    if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
      count -= 1;
      at += 1;
    }
  }
  return count;
}
