/** What a page may be made of, each element with the attributes that it may have. */
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  html: ["lang"],
  head: [],
  meta: ["charset", "name", "content", "http-equiv"],
  title: ["id"],
  link: ["rel", "href"],
  style: [],
  body: [],
  main: [],
  header: [],
  footer: [],
  section: ["aria-labelledby"],
  h1: [],
  h2: ["id"],
  p: ["class", "dir"],
  dl: [],
  dt: [],
  dd: ["dir"],
  div: ["class", "role", "aria-labelledby", "tabindex"],
  table: ["aria-labelledby"],
  thead: [],
  tbody: [],
  tr: ["class"],
  th: ["scope", "class"],
  td: ["class"],
  span: ["class", "dir"],
  bdi: [],
  b: [],
  i: ["dir"],
  ul: ["class"],
  ol: ["class"],
  li: ["class"],
  svg: ["viewBox", "role", "aria-labelledby", "aria-hidden"],
  desc: ["id"],
  g: ["class", "transform"],
  rect: ["class", "x", "y", "width", "height", "rx"],
  path: ["class", "d"],
  circle: ["cx", "cy", "r"],
  text: ["x", "y", "text-anchor"],
};
const VOID = new Set(["meta", "link"]);
const TAG = /<(\/?)([a-zA-Z0-9]+)((?: [a-zA-Z-]+="[^"<>]*")*)(\/?)>/y;

/**
 * Reads a page where every `<` and `>` must be of an element known above, with known attributes, all closed in order.
 * @returns its texts in order, decoded, without its style
 * @throws Error at the first thing that is not so
 */
export function parsePage(page: string): string[] {
  const doctype = "<!doctype html>\n";
  if (!page.startsWith(doctype)) throw new Error("no doctype");
  const texts: string[] = [];
  const open: string[] = [];
  for (let at = doctype.length; at < page.length; ) {
    const next = page.indexOf("<", at);
    const text = page.slice(at, next < 0 ? undefined : next);
    if (open.at(-1) !== "style") texts.push(decoded(text));
    if (next < 0) break;
    TAG.lastIndex = next;
    const tag = TAG.exec(page);
    if (!tag) throw new Error(`no tag: ${page.slice(next, next + 80)}`);
    readTag(tag, open);
    at = TAG.lastIndex;
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(" ")}`);
  return texts;
}

function readTag([, closing, name = "", attributes = "", isEmpty]: RegExpExecArray, open: string[]): void {
  if (closing) {
    if (open.pop() !== name) throw new Error(`closes ${name}`);
    return;
  }
  const known = ELEMENTS[name];
  if (!known) throw new Error(`element ${name}`);
  for (const [, attribute = "", value = ""] of attributes.matchAll(/ ([a-zA-Z-]+)="([^"]*)"/g)) {
    if (!known.includes(attribute)) throw new Error(`attribute ${attribute} of ${name}`);
    if (attribute === "href" && value !== "data:,") throw new Error(`link to ${value}`);
  }
  if (!isEmpty && !VOID.has(name)) open.push(name);
}

function decoded(text: string): string {
  if (text.includes(">") || /&(?!(?:amp|lt|gt|quot|#39);)/.test(text))
    throw new Error(`not escaped: ${text}`);
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
