import { AppError } from "../core/errors";

/** A path with named segments, `/api/voice/sessions/{sessionId}/end`, as in OpenAPI. */
export interface PathTemplate {
  /** Throws `not_found` where the path is another; gives the named segments else. */
  match(path: string): Record<string, string>;
  /** The same path as a Hosting rewrite source: `/api/voice/sessions/*\/end`. */
  hostingSource: string;
  parameters: string[];
}

const PARAMETER = /\{(\w+)\}/g;

/**
 * A function is reached through Hosting with the whole path, and by its own URL with what follows its name. One
 * without named segments therefore also answers at `/`.
 */
export function pathTemplate(template: string): PathTemplate {
  const parameters = [...template.matchAll(PARAMETER)].map((match) => match[1] ?? "");
  const pattern = new RegExp(`^${template.replace(PARAMETER, "([^/]+)")}/?$`);
  return {
    parameters,
    hostingSource: template.replace(PARAMETER, "*"),
    match(path) {
      if (parameters.length === 0 && (path === "/" || path === "")) return {};
      const found = pattern.exec(path);
      if (!found) throw new AppError("not_found", "There is nothing at this address.");
      return Object.fromEntries(parameters.map((name, index) => [name, decode(found[index + 1] ?? "")]));
    },
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new AppError("not_found", "There is nothing at this address.");
  }
}
