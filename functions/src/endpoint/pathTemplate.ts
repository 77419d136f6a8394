import { AppError } from "../core/errors";

/** A path with named segments, `/api/voice/sessions/{sessionId}/end`, as in OpenAPI. */
export interface PathTemplate {
  /** Throws `not_found` where the path is another; gives the named segments else. */
  match(path: string): Record<string, string>;
  /** The paths that lead here, as Hosting rewrite sources: `/api/voice/sessions/*\/end`. */
  hostingSources: string[];
  parameters: string[];
}

const PARAMETER = /\{(\w+)\}/g;

/** The path with the API's version in it, which leads to the same; undefined where the path has its own already. */
export function versionedPath(template: string): string | undefined {
  return /^\/api\/(?!v\d+\/)/.test(template) ? template.replace("/api/", "/api/v1/") : undefined;
}

/**
 * A function is reached through Hosting with the whole path, and by its own URL with what follows its name. One
 * without named segments therefore also answers at `/`.
 */
export function pathTemplate(template: string): PathTemplate {
  const parameters = [...template.matchAll(PARAMETER)].map((match) => match[1] ?? "");
  const templates = [template, versionedPath(template) ?? []].flat();
  const patterns = templates.map((one) => new RegExp(`^${one.replace(PARAMETER, "([^/]+)")}/?$`));
  return {
    parameters,
    hostingSources: templates.map((one) => one.replace(PARAMETER, "*")),
    match(path) {
      if (parameters.length === 0 && (path === "/" || path === "")) return {};
      const found = patterns.map((pattern) => pattern.exec(path)).find((match) => match !== null);
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
