import { createHash } from "node:crypto";
import { badRequest } from "./refusals.js";

/**
 * One page of a list, with the token of the next. A token is good only for the list that it came from, however long its
 * pages.
 * @throws Refused for a token that is none
 */
export function pageOf<T>(
  items: T[],
  size: number,
  query: URLSearchParams,
): { page: T[]; nextPageToken?: string } {
  const about = fingerprint(query);
  const start = startOf(query.get("pageToken"), about);
  const end = start + size;
  const page = items.slice(start, end);
  if (end >= items.length) return { page };
  return { page, nextPageToken: Buffer.from(`${about}:${end}`).toString("base64url") };
}

function startOf(token: string | null, about: string): number {
  if (token === null || token === "") return 0;
  const [, of, start] = /^(\w+):(\d+)$/.exec(Buffer.from(token, "base64url").toString()) ?? [];
  return of === about ? Number(start) : badRequest("Invalid page token value.", "invalid");
}

function fingerprint(query: URLSearchParams): string {
  const others = new URLSearchParams(query);
  for (const name of ["pageToken", "maxResults", "access_token"]) others.delete(name);
  others.sort();
  return createHash("sha256").update(others.toString()).digest("hex").slice(0, 12);
}
