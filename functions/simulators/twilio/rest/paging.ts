import { type Form, integerOf } from "./form.js";

const PAGE_SIZE = 50;
const PAGE_SIZE_MAX = 1_000;
const NUMBERS_MAX = 1_000_000;

/** One page of a list, with the addresses of the pages around it. @throws RestRefusal */
export function pageOf(key: string, items: unknown[], path: string, query: Form) {
  const { shown, start, size, page, hasNext, at } = slice(items, path, query, PAGE_SIZE_MAX);
  return {
    [key]: shown,
    first_page_uri: at(0),
    end: Math.max(start, start + shown.length - 1),
    next_page_uri: hasNext ? at(page + 1) : null,
    page,
    page_size: size,
    previous_page_uri: page > 0 ? at(page - 1) : null,
    start,
    uri: at(page),
  };
}

/**
 * The same as the newer APIs have it: what the SDK asks next is a whole address at Twilio, which a client that asks the
 * simulator in Twilio's place sends here too. @throws RestRefusal
 */
export function metaPageOf(
  key: string,
  items: unknown[],
  {
    origin,
    path,
    query,
    maxSize = PAGE_SIZE_MAX,
  }: { origin: string; path: string; query: Form; maxSize?: number },
) {
  const { shown, size, page, hasNext, at } = slice(items, origin + path, query, maxSize);
  return {
    [key]: shown,
    meta: {
      key,
      page,
      page_size: size,
      first_page_url: at(0),
      previous_page_url: page > 0 ? at(page - 1) : null,
      url: at(page),
      next_page_url: hasNext ? at(page + 1) : null,
    },
  };
}

function slice(items: unknown[], address: string, query: Form, maxSize: number) {
  const size = integerOf(query, "PageSize", { min: 1, max: maxSize, otherwise: PAGE_SIZE });
  const page = integerOf(query, "Page", { min: 0, max: NUMBERS_MAX, otherwise: 0 });
  const start = page * size;
  const at = (number: number) => {
    const params = new URLSearchParams(query);
    params.set("PageSize", String(size));
    params.set("Page", String(number));
    return `${address}?${params}`;
  };
  return {
    shown: items.slice(start, start + size),
    start,
    size,
    page,
    hasNext: start + size < items.length,
    at,
  };
}
