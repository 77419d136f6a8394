import { type Form, integerOf } from "./form.js";

const PAGE_SIZE = 50;
const PAGE_SIZE_MAX = 1_000;
const NUMBERS_MAX = 1_000_000;

/** One page of a list, with the addresses of the pages around it. @throws RestRefusal */
export function pageOf(key: string, items: unknown[], path: string, query: Form) {
  const size = integerOf(query, "PageSize", { min: 1, max: PAGE_SIZE_MAX, otherwise: PAGE_SIZE });
  const page = integerOf(query, "Page", { min: 0, max: NUMBERS_MAX, otherwise: 0 });
  const start = page * size;
  const shown = items.slice(start, start + size);
  const at = (number: number) => {
    const params = new URLSearchParams(query);
    params.set("PageSize", String(size));
    params.set("Page", String(number));
    return `${path}?${params}`;
  };
  return {
    [key]: shown,
    first_page_uri: at(0),
    end: Math.max(start, start + shown.length - 1),
    next_page_uri: start + size < items.length ? at(page + 1) : null,
    page,
    page_size: size,
    previous_page_uri: page > 0 ? at(page - 1) : null,
    start,
    uri: at(page),
  };
}
