import { oneLine } from "./plainText";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Markup that may stand in a page as it is. */
export class Markup {
  constructor(readonly source: string) {}
}

type Inserted = Markup | string | number | readonly Markup[] | undefined;

/** Markup with values put in: text is escaped, for content and quoted attributes alike; markup is put in as it is. */
export function markup(parts: TemplateStringsArray, ...values: Inserted[]): Markup {
  return new Markup(
    parts.map((part, at) => part + (at < values.length ? inserted(values[at]) : "")).join(""),
  );
}

function inserted(value: Inserted): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.source;
  if (typeof value === "object") return value.map(({ source }) => source).join("");
  return oneLine(String(value)).replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? "");
}
