/** Whether a browser's page from `origin` may speak to us; `*` on the list allows every page. Compared to the letter. */
export function isAllowedOrigin(origin: string, origins: readonly string[]): boolean {
  return origins.includes(origin) || origins.includes("*");
}
