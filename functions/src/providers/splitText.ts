const GRANULARITIES = ["sentence", "word", "grapheme"] as const;

/**
 * A text in parts of at most `most` characters: cut between sentences, within a sentence only where it is longer than
 * a part, and within a word likewise. What stands between the parts is white space.
 */
export function splitText(text: string, most: number): string[] {
  return split(text, most, GRANULARITIES)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function split(
  text: string,
  most: number,
  [granularity, ...finer]: readonly (typeof GRANULARITIES)[number][],
): string[] {
  if (granularity === undefined || text.length <= most) return [text];
  const parts: string[] = [];
  let part = "";
  for (const { segment } of new Intl.Segmenter(undefined, { granularity }).segment(text)) {
    if (part.length + segment.length <= most) {
      part += segment;
      continue;
    }
    parts.push(part, ...split(segment, most, finer));
    part = parts.pop() ?? "";
  }
  return [...parts, part];
}
